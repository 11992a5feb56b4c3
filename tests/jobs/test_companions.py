"""A WET file's documents have the markup facts of its WAT file: found by name, read first, never to their harm."""

import json
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from provenance.cli.display import show_summary
from provenance.jobs.folder import open_folder
from provenance.jobs.read import ReadShard
from provenance.jobs.settings import RunConfig
from provenance.jobs.sources.companions import find_companions
from provenance.jobs.sources.plan import Shard, find_shards
from provenance.run import Receipt, Task
from provenance.schema import MARKUP
from provenance.store import read_table, table_path
from tests.archive.made_archives import gzipped, warc_record
from tests.archive.made_wat import made_envelope, wat_bytes
from tests.jobs.test_corpus import run

CC = "https://data.commoncrawl.org/crawl-data/CC-MAIN-2024-22/segments/1"
TEXT = b"The ferry leaves the harbour at nine and is back before the tide has turned. " * 3
HEAD = '<meta name="ai-generated" content="true"><meta name="generator" content="%s">'


def page_id(number: int) -> str:
    return f"<urn:uuid:page-{number}>"


def wet(n: int = 3) -> bytes:
    """Texts of so many pages."""
    return gzipped(*(_text(number) for number in range(n)))


def _text(number: int) -> bytes:
    headers = {"WARC-Refers-To": page_id(number)}
    body = TEXT + b"Trip %d. " % number
    return warc_record("conversion", f"http://e.example/{number}", body, headers=headers, content_type="text/plain")


def wat(n: int = 3, generator: str = "Hugo") -> bytes:
    """What is told of so many pages, and of a request before each."""
    html = f'<html lang="en"><head>{HEAD % generator}</head><body><a href="/">x</a></body></html>'
    request = json.loads(json.dumps(made_envelope(None)).replace('"response"', '"request"'))
    told = (made_envelope(html, record_id=page_id(number)) for number in range(n))
    records = [(wat_bytes(request), wat_bytes(each, refers_to=page_id(k))) for k, each in enumerate(told)]
    return gzipped(*(record for pair in records for record in pair))


def shard(place: str, crawl: str = "c") -> Shard:
    return Shard(crawl, place.rpartition("/")[2], place, 1, "v")


def paired(*places: str) -> dict[str, str]:
    """Places of WET files with those of their companions."""
    shards = [shard(place) for place in places]
    names = {each.name: each.place for each in shards}
    return {names[name]: found.place for (_, name), found in find_companions(shards).items()}


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (f"{CC}/wet/X-00001.warc.wet.gz", f"{CC}/wat/X-00001.warc.wat.gz"),
        ("s3://commoncrawl/crawl-data/wet/X.warc.wet.gz", "s3://commoncrawl/crawl-data/wat/X.warc.wat.gz"),
        ("https://host/wet/X.warc.wet.gz?sig=1", "https://host/wat/X.warc.wat.gz?sig=2"),
        ("/a/X.warc.wet.gz", "/a/X.warc.wat.gz"),
        ("/a/X.warc.wet", "/a/X.warc.wat.gz"),
        ("/a/X.wet.gz", "/a/X.wat"),
        ("/texts/X.warc.wet.gz", "/facts/X.warc.wat.gz"),
    ],
)
def test_a_wet_file_has_the_wat_file_of_its_name(text: str, facts: str) -> None:
    assert paired(text, facts, "/a/Y.warc.wat.gz") == {text: facts}


def test_of_several_it_has_the_one_beside_it() -> None:
    found = paired("/b/wet/X.warc.wet.gz", "/a/wat/X.warc.wat", "/b/wat/X.warc.wat.gz", "/c/X.warc.wat.zst")
    assert found == {"/b/wet/X.warc.wet.gz": "/b/wat/X.warc.wat.gz"}


@pytest.mark.parametrize("other", ["/a/X.warc.gz", "/a/Y.warc.wat.gz", "/a/X.warc.wet.gz", "-"])
def test_other_archives_are_no_companions(other: str) -> None:
    assert paired("/a/X.warc.wet.gz", other) == {}


def test_a_companion_is_of_the_same_crawl() -> None:
    assert find_companions([shard("/a/X.warc.wet.gz"), shard("/a/X.warc.wat.gz", "d")]) == {}


def test_the_two_are_shards_of_different_names(tmp_path: Path) -> None:
    for name in ("X.warc.wet.gz", "X.warc.wat.gz"):
        (tmp_path / name).write_bytes(b"")
    assert [found.name for found in find_shards([str(tmp_path)], "c")] == ["X", "X.wat"]


def read(base: Path, text: bytes, facts: bytes | None, companion: str | None = None) -> tuple[pl.DataFrame, Receipt]:
    """The documents of a WET file, and its receipt."""
    (base / "x.warc.wet.gz").write_bytes(text)
    if facts is not None:
        (base / "x.warc.wat.gz").write_bytes(facts)
    task = Task("read", "c", "x", str(base / "x.warc.wet.gz"), len(text), "v", companion or str(base / "x.warc.wat.gz"))
    with open_folder(base / "out", RunConfig(), fresh=False) as folder:
        receipt = ReadShard(folder.context)(task, lambda _: None)
        return read_table(table_path(base / "out", "documents", "c", "x")), receipt


def test_documents_have_the_facts_of_their_pages(tmp_path: Path) -> None:
    documents, receipt = read(tmp_path, wet(), wat())
    assert documents.select("html_lang", "generator").unique().rows() == [("en", "Hugo")]
    assert documents["ai_disclosure_marks"].to_list() == [["meta:ai-generated=true"]] * 3
    assert (receipt.notes, receipt.complete, receipt.counts["records"]) == ((), True, 3)


def test_facts_count_as_evidence(tmp_path: Path) -> None:
    read(tmp_path, wet(), wat())
    signals = read_table(table_path(tmp_path / "out", "signals", "c", "x"))
    assert signals["disclosure_ai"].to_list() == [1.0, 1.0, 1.0]


def test_texts_of_pages_that_are_not_told_of_have_none(tmp_path: Path) -> None:
    documents, receipt = read(tmp_path, wet(3), wat(2))
    assert documents["generator"].to_list() == ["Hugo", "Hugo", None]
    assert receipt.notes == ()


def test_of_a_cut_companion_the_facts_before_the_cut_are_taken(tmp_path: Path) -> None:
    documents, receipt = read(tmp_path, wet(), wat()[:-20])
    assert documents["generator"].to_list() == ["Hugo", "Hugo", None]
    (note,) = receipt.notes
    assert note.startswith(f"{tmp_path}/x.warc.wet.gz: not all page facts for its texts: {tmp_path}/x.warc.wat.gz: ")
    assert receipt.done


@pytest.mark.parametrize("facts", [None, b"no archive" * 99], ids=["missing", "no archive"])
def test_without_its_companion_no_document_is_lost(tmp_path: Path, facts: bytes | None) -> None:
    documents, receipt = read(tmp_path, wet(), facts)
    assert documents.height == 3
    assert all(documents[name].null_count() == 3 for name in MARKUP)
    (note,) = receipt.notes
    assert f"no page facts for its texts: {tmp_path}/x.warc.wat.gz: " in note
    assert receipt.done


def test_a_companion_over_a_dead_connection_loses_no_document(tmp_path: Path) -> None:
    config = RunConfig()
    config = replace(config, fetch=replace(config.fetch, attempts=1))
    (tmp_path / "x.warc.wet.gz").write_bytes(wet())
    place = "http://127.0.0.1:9/x.warc.wat.gz"  # the discard port: nobody listens
    task = Task("read", "c", "x", str(tmp_path / "x.warc.wet.gz"), 1, "v", place)
    with open_folder(tmp_path / "out", config, fresh=False) as folder:
        receipt = ReadShard(folder.context)(task, lambda _: None)
    assert (receipt.counts["documents"], receipt.done) == (3, True)
    assert "no page facts for its texts: http://127.0.0.1:9/x.warc.wat.gz" in receipt.notes[0]


def documents_of(base: Path) -> pl.DataFrame:
    return read_table(table_path(base / "out", "documents", "c", "x"))


def test_a_text_shard_is_read_again_when_its_companion_comes_or_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.warc.wet.gz").write_bytes(wet())
    _, opened = run(tmp_path)
    assert (opened[0], documents_of(tmp_path)["generator"].to_list()) == (1, [None] * 3)
    (tmp_path / "in" / "x.warc.wat.gz").write_bytes(wat())
    summary, opened = run(tmp_path)
    assert (opened[0], documents_of(tmp_path)["generator"].to_list()) == (2, ["Hugo"] * 3)
    assert (summary.totals["records"], summary.totals["documents"], dict(summary.rejects)) == (
        9,
        3,
        {"page_facts": 3, "record_type": 3},
    )
    assert summary.whole
    show_summary(summary, read_table(tmp_path / "out" / "stats" / "ratio.parquet"))
    assert re.search(r"page facts +3 +no loss: ", capsys.readouterr().out)
    assert "no loss: a WAT record" in summary.report.read_text()
    assert read_table(table_path(tmp_path / "out", "markup", "c", "x.wat"))["doc_id"].to_list() == [
        page_id(number) for number in range(3)
    ]
    (tmp_path / "in" / "x.warc.wat.gz").write_bytes(wat(generator="Jekyll"))
    _, opened = run(tmp_path)
    assert (opened[0], documents_of(tmp_path)["generator"].to_list()) == (2, ["Jekyll"] * 3)
    assert run(tmp_path)[1][0] == 0
