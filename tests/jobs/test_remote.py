"""The main job over http and s3: tables as from disk, or the shard is said to be lost and read the next time."""

import gzip
import itertools
import json
import subprocess
from pathlib import Path

import pytest

from provenance.errors import ConfigError
from provenance.jobs.sources.inputs import MOST_ASKED
from provenance.jobs.sources.plan import find_shards
from provenance.store import table_path
from tests.archive.made_archives import gzipped, page, response
from tests.archive.source.servers import Fault, serve_bucket, serve_folder
from tests.test_main_job import provenance, tables_of

QUICK = "[fetch]\ntimeout_s = 5.0\nattempts = 3\nbackoff_s = 0.01\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shards of a bucket, larger than what goes through a connection at once."""
    made = tmp_path_factory.mktemp("served") / "bucket"
    made.mkdir()
    for number, name in enumerate(["a.warc.gz", "b.warc"]):
        records = [response(1000 * number + n, page(1000 * number + n, 4000)) for n in range(150)]
        (made / name).write_bytes(gzipped(*records) if name.endswith("gz") else b"".join(records))
    (made / "quick.toml").write_text(QUICK)
    return made


def run(folder: Path, out: Path, *inputs: str) -> subprocess.CompletedProcess[str]:
    return provenance("run", *inputs, "--crawl", "c", "--out", out, "--workers", 1, "--config", folder / "quick.toml")


@pytest.fixture(scope="module")
def on_disk(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("disk") / "out"
    assert run(folder, out, str(folder / "a.warc.gz"), str(folder / "b.warc")).returncode == 0
    return tables_of(out)


def test_tables_do_not_depend_on_where_the_bytes_lie(folder: Path, on_disk: dict[str, bytes], tmp_path: Path) -> None:
    web = [None, Fault(drop_after=20_000), Fault(status=503), Fault(drop_after=0), Fault(trickle=3000)]
    bucket = [Fault(status=503), Fault(drop_after=300_000), Fault(length_off=-1000)]
    with serve_folder(folder, web) as http, serve_bucket(folder, bucket) as s3:
        done = run(folder, tmp_path, http.url("a.warc.gz") + "?ticket=secret", s3.url("b.warc"))
    assert done.returncode == 0, done.stderr
    assert len(http.happened) == 4
    assert len(s3.happened) == 3
    assert tables_of(tmp_path) == on_disk
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"secret" in path.read_bytes()]
    assert "secret" not in done.stdout + done.stderr


def test_a_shard_whose_connection_is_lost_is_read_by_the_next_run(
    folder: Path, on_disk: dict[str, bytes], tmp_path: Path
) -> None:
    with serve_folder(folder) as site:
        site.then(None, Fault(drop_after=50_000), *itertools.repeat(Fault(status=503), 20))
        url = site.url("a.warc.gz")
        lost = run(folder, tmp_path, url, str(folder / "b.warc"))
        assert lost.returncode == 1
        assert f"lost: {url}: at byte 50000: the server answers 503" in lost.stderr
        assert "; run the same command again to read it\n" in lost.stderr
        assert not table_path(tmp_path, "documents", "c", "a").exists()
        totals = json.loads((tmp_path / "run.json").read_text())["totals"]
        sizes = [(folder / name).stat().st_size for name in ("a.warc.gz", "b.warc")]
        assert [totals["bytes_skipped"], totals["bytes_read"]] == sizes
        site.then()
        done = run(folder, tmp_path, url, str(folder / "b.warc"))
    assert done.returncode == 0, done.stderr
    assert "read: 1 to do, 1 done before" in done.stderr
    assert tables_of(tmp_path) == on_disk


def test_a_prefix_and_a_glob_name_the_objects_of_a_bucket(folder: Path) -> None:
    with serve_bucket(folder) as s3:
        for text, expected in {"": ["a", "b"], "*.gz": ["a"], "**": ["a", "b", "quick.toml"]}.items():
            found = find_shards([f"{s3.address}/{text}"], "c")
            assert [shard.name for shard in found] == expected
        assert (found[0].size, found[0].version != "") == ((folder / "a.warc.gz").stat().st_size, True)
        with pytest.raises(ConfigError, match="no archive there"):
            find_shards([f"{s3.address}/nothing/"], "c")
        with pytest.raises(ConfigError, match="nobucket"):
            find_shards(["s3://nobucket/*"], "c")


def test_a_list_may_lie_on_a_server(folder: Path, tmp_path: Path) -> None:
    inner = "crawl-data/CC-MAIN-2024-33/segments/1/warc/x.warc.gz"
    path = tmp_path / "crawl-data" / "CC-MAIN-2024-33" / "warc.paths.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress(f"{inner}\nother.warc.gz\n".encode()))
    (tmp_path / "own.txt").write_text("/etc/passwd\n")
    with serve_folder(tmp_path) as site:
        found = find_shards([site.url("crawl-data/CC-MAIN-2024-33/warc.paths.gz")], None)
        assert len(site.requests) == 1
        assert {shard.place for shard in found} == {
            site.url(inner),
            site.url("crawl-data/CC-MAIN-2024-33/other.warc.gz"),
        }
        with pytest.raises(ConfigError, match=r"own\.txt, line 1: .* a path of another machine"):
            find_shards([site.url("own.txt")], None)
        with pytest.raises(ConfigError, match=r"gone\.txt: .*404"):
            find_shards([site.url("gone.txt")], None)


def test_a_few_urls_are_asked_for_size_and_version_and_many_are_not(folder: Path) -> None:
    with serve_folder(folder) as site:
        shard = find_shards([site.url("b.warc")], None)[0]
        assert (shard.size, shard.version != "") == ((folder / "b.warc").stat().st_size, True)
        site.requests.clear()
        assert len(find_shards([site.url(f"{n}.warc") for n in range(MOST_ASKED + 1)], None)) == MOST_ASKED + 1
        assert site.requests == []


def test_a_server_that_does_not_answer_is_not_asked_about_every_url(folder: Path) -> None:
    with serve_folder(folder, [Fault(status=503)] * 9) as site:
        found = find_shards([site.url("b.warc"), site.url("a.warc.gz")], None)
        assert len(site.requests) == 1
    assert [(shard.size, shard.version) for shard in found] == [(0, "")] * 2
