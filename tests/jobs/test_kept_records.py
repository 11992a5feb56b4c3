"""`--write-warc`: the records kept are a WARC that other readers read, byte for byte as they lay in the archive."""

import bz2
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from provenance.archive import ArchiveReader, Record
from provenance.errors import OutputError
from provenance.jobs.corpus import run_corpus
from provenance.jobs.folder import open_folder
from provenance.jobs.settings import RunConfig, load_run_config
from provenance.jobs.sources.plan import find_shards
from provenance.run import Ledger, Receipt
from provenance.store import read_table, table_path, warc_path
from tests.archive.made_archives import gzipped, response, warc_record
from tests.archive.source.reading import quick
from tests.archive.source.servers import Fault, serve_folder
from tests.jobs.test_corpus import Listener

SHARDS = Path(__file__).parents[2] / "fixtures" / "shards" / "CC-MAIN-2025-30"
DATA = Path(__file__).parents[2].parent / "shared" / "data" / "warc" / "correct"
WORDS = "An article about the apples and the pears of the garden, which were late this year and few. " * 12
PAGE = b"<html><body><article><p>%b</p></article></body></html>"


def run(inputs: Sequence[Path], out: Path, workers: int = 1, *, fresh: bool = False, write: bool = True) -> Path:
    config = RunConfig(write_warc=write)
    with open_folder(out, config, fresh=fresh) as folder:
        run_corpus(folder, find_shards(map(str, inputs), "c"), workers=workers, reporter=Listener())
    return out


def judged(out: Path) -> list[Receipt]:
    return Ledger(out / "ledger.jsonl").receipts("judge")


def written(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "curated_warc").rglob("*")) if path.is_file()}


def kept(out: Path) -> pl.DataFrame:
    return pl.concat([read_table(path) for path in sorted((out / "curated").glob("*.parquet"))])


def warcio_check(paths: Sequence[Path]) -> subprocess.CompletedProcess[str]:
    code = "import sys; from warcio.cli import main; main(sys.argv[1:])"
    arguments = [sys.executable, "-c", code, "check", "-v", *map(str, paths)]
    return subprocess.run(arguments, capture_output=True, text=True, check=False)


def blocks_by_warcio(path: Path) -> Iterator[tuple[str, bytes]]:
    """Record ids and blocks, as far as warcio reads the file."""
    with path.open("rb") as file, suppress(Exception):
        for record in ArchiveIterator(file, no_record_parse=True):
            yield record.rec_headers.get_header("WARC-Record-ID"), record.raw_stream.read()


def page(number: int) -> bytes:
    return response(number, PAGE % f"{WORDS} Page {number} is {'x' * number} and more.".encode())


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run([SHARDS], tmp_path_factory.mktemp("kept") / "out")


def test_every_document_kept_has_its_record_in_order(finished: Path) -> None:
    for receipt in judged(finished):
        rows = read_table(table_path(finished, "curated", "c", receipt.task.shard), ["doc_id", "url"])
        with warc_path(finished, "c", receipt.task.shard).open("rb") as file:
            headers = [record.rec_headers for record in ArchiveIterator(file)][1:]
        assert [head.get_header("WARC-Record-ID") for head in headers] == rows["doc_id"].to_list()
        assert [head.get_header("WARC-Target-URI") for head in headers] == rows["url"].to_list()
    assert kept(finished).height > 20


def test_payloads_are_those_of_the_original(finished: Path) -> None:
    originals = {}
    for path in sorted(SHARDS.iterdir()):
        for item in ArchiveReader(path):
            if isinstance(item, Record):
                originals[item.record_id] = (item.payload, item.http_headers, item.fetch_time)
    for path in sorted((finished / "curated_warc").rglob("*.warc.gz")):
        for item in ArchiveReader(path):
            if isinstance(item, Record):
                assert (item.payload, item.http_headers, item.fetch_time) == originals[item.record_id]


def test_fastwarc_reads_as_many_records(finished: Path) -> None:
    paths = sorted((finished / "curated_warc").rglob("*.warc.gz"))
    found = [record.headers["WARC-Record-ID"] for path in paths for record in FastIterator(str(path))]
    assert len(found) == kept(finished).height + len(paths)
    assert set(kept(finished)["doc_id"]) < set(found)


def test_warcio_finds_every_digest_right(finished: Path) -> None:
    done = warcio_check(sorted((finished / "curated_warc").rglob("*.warc.gz")))
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("digest pass") == kept(finished).height + len(judged(finished))


def test_other_workers_and_a_second_run_write_the_same_bytes(finished: Path, tmp_path: Path) -> None:
    assert written(run([SHARDS], tmp_path / "out", workers=2)) == written(finished)


def test_the_same_bytes_are_written_from_a_web_server(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.warc.gz").write_bytes(gzipped(*map(page, range(6))))
    on_disk = written(run([tmp_path / "in" / "a.warc.gz"], tmp_path / "disk"))
    config = RunConfig(write_warc=True, fetch=quick(backoff_s=0.01))
    with serve_folder(tmp_path / "in", [None, None, Fault(drop_after=700), Fault(status=503)]) as site:
        with open_folder(tmp_path / "web", config, fresh=False) as folder:
            shards = find_shards([site.url("a.warc.gz")], "c")
            run_corpus(folder, shards, workers=1, reporter=Listener())
        assert len(site.happened) == 2
    assert written(tmp_path / "web") == on_disk


def test_a_warc_that_is_gone_is_written_again(finished: Path, tmp_path: Path) -> None:
    shutil.copytree(finished, tmp_path / "out")
    path = next((tmp_path / "out" / "curated_warc").rglob("*.warc.gz"))
    path.unlink()
    assert written(run([SHARDS], tmp_path / "out")) == written(finished)


def test_fresh_deletes_the_records_of_the_run_before(finished: Path, tmp_path: Path) -> None:
    shutil.copytree(finished, tmp_path / "out")
    run([SHARDS], tmp_path / "out", fresh=True, write=False)
    assert not (tmp_path / "out" / "curated_warc").exists()


def test_nothing_is_written_unless_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(gzipped(page(1)))
    assert not (run([tmp_path / "a.warc.gz"], tmp_path / "out", write=False) / "curated_warc").exists()


def test_records_that_share_a_member_are_written(tmp_path: Path) -> None:
    (tmp_path / "a.warc.bz2").write_bytes(bz2.compress(b"".join(map(page, range(5)))))
    out = run([tmp_path / "a.warc.bz2"], tmp_path / "out")
    (receipt,) = judged(out)
    assert (receipt.counts["warc_records"], receipt.counts["warc_missing"]) == (kept(out).height, 0)
    assert kept(out).height > 0


def test_an_arc_becomes_a_warc(tmp_path: Path) -> None:
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE % WORDS.encode()
    first = b"1 0 Made\nURL IP-address Archive-date Content-type Archive-length\n"
    head = b"filedesc://a.arc 0.0.0.0 20080430204825 text/plain %d\n" % len(first) + first + b"\n"
    line = b"http://e.example/1 192.0.2.7 20080430204826 text/html %d\n" % len(http)
    (tmp_path / "a.arc").write_bytes(head + line + http + b"\n")
    out = run([tmp_path / "a.arc"], tmp_path / "out")
    path = warc_path(out, "c", "a")
    with path.open("rb") as file:
        _, record = [(r.rec_headers, r.raw_stream.read()) for r in ArchiveIterator(file, no_record_parse=True)]
    assert record[1] == http
    assert record[0].get_header("WARC-Record-ID") == kept(out)["doc_id"][0]
    assert record[0].get_header("WARC-Date") == "2008-04-30T20:48:26Z"
    assert warcio_check([path]).returncode == 0


def test_a_revisit_is_written_as_what_it_stands_for_under_its_own_name(tmp_path: Path) -> None:
    original = page(1)
    fields = {"WARC-Refers-To": "<urn:uuid:response-http://e.example/1>", "WARC-Date": "2020-01-01T00:00:00Z"}
    revisit = warc_record("revisit", "http://e.example/again", b"", http={"Content-Type": "text/html"}, headers=fields)
    (tmp_path / "a.warc.gz").write_bytes(gzipped(original, revisit))
    (tmp_path / "keep.toml").write_text('[curate]\nexact_duplicates = "keep"\n')
    out = tmp_path / "out"
    config = replace(load_run_config(tmp_path / "keep.toml"), write_warc=True)
    with open_folder(out, config, fresh=False) as folder:
        run_corpus(folder, find_shards([str(tmp_path / "a.warc.gz")], "c"), workers=1, reporter=Listener())
    items = [item for item in ArchiveReader(warc_path(out, "c", "a")) if isinstance(item, Record)]
    assert [item.url for item in items] == ["http://e.example/1", "http://e.example/again"]
    assert items[0].payload == items[1].payload
    assert [item.record_id for item in items] == kept(out)["doc_id"].to_list()
    assert str(items[1].fetch_time) == "2020-01-01 00:00:00+00:00"


def test_an_archive_that_changed_after_it_was_read_stops_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzipped(page(1)))
    out = run([path], tmp_path / "out")
    warc_path(out, "c", "a").unlink()
    before = path.stat()
    path.write_bytes(b"\0" * before.st_size)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(OutputError, match=r"cannot be read again.*has the file changed\?"):
        run([path], out)
    assert not warc_path(out, "c", "a").exists()


@pytest.mark.shared
@pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data")
def test_records_of_other_writers_are_written_as_they_lay(tmp_path: Path) -> None:
    out = run([DATA], tmp_path / "out", workers=2)
    paths = sorted((out / "curated_warc").rglob("*.warc.gz"))
    done = warcio_check(paths)
    assert done.returncode == 0, done.stdout
    assert sum(receipt.counts["warc_missing"] for receipt in judged(out)) == 0
    assert sum(receipt.counts["warc_records"] for receipt in judged(out)) == kept(out).height > 100
    originals: dict[str, set[bytes]] = {}
    for path in DATA.iterdir():
        for record_id, block in blocks_by_warcio(path):
            originals.setdefault(record_id, set()).add(block)
    known = [
        (record_id, block) for path in paths for record_id, block in blocks_by_warcio(path) if record_id in originals
    ]
    assert len(known) > 100
    assert [record_id for record_id, block in known if block not in originals[record_id]] == []
