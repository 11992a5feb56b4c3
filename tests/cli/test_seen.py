"""`provenance seen`: what it prints, and how it ends."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from provenance.cli.seen import seen
from provenance.errors import ConfigError
from provenance.store import scan_table
from tests.archive.made_archives import gzipped
from tests.jobs.seen.made_runs import DAY_2019, DAY_2024, edit_text, make_text, write_run

PAGES = [f"{make_text(i, 150)}. {make_text(i + 500, 100)}." for i in range(4)]


def call(*given: object) -> Result:
    return CliRunner().invoke(seen, [str(one) for one in given], standalone_mode=False)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    write_run(tmp_path / "run", [*PAGES, PAGES[0]], [DAY_2019] * 4 + [None])
    assert call("add", tmp_path / "index", tmp_path / "run").return_value == 0
    return tmp_path / "index"


def test_an_add_tells_what_is_new_and_what_was_left_out(tmp_path: Path, index: Path) -> None:
    earlier = write_run(tmp_path / "earlier", PAGES[:1], datetime(2018, 1, 1, tzinfo=UTC))
    done = call("add", index, earlier, tmp_path / "run")
    assert done.return_value == 0
    assert "1 documents, 0 new texts, 1 known from a later date, 0 without a capture time left out" in done.stdout
    assert "run: was added before, nothing changes" in done.stdout


def test_an_add_as_json(tmp_path: Path) -> None:
    runs = [write_run(tmp_path / name, PAGES, DAY_2019) for name in ("one", "two")]
    told = json.loads(call("add", tmp_path / "index", *runs, "--json").stdout)
    counts = [(row["documents"], row["new_texts"], row["known_run"]) for row in told["added"]]
    assert counts == [(4, 4, False), (4, 0, True)]


def test_of_several_runs_none_is_added_where_one_is_none(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", PAGES, DAY_2019)
    done = call("add", tmp_path / "index", run, tmp_path)
    assert isinstance(done.exception, ConfigError)
    assert not (tmp_path / "index").exists()


def test_a_query_tells_counts_years_and_examples(tmp_path: Path, index: Path) -> None:
    asked = [PAGES[0], edit_text(PAGES[1], 0.01), make_text(9)]
    run = write_run(tmp_path / "asked", asked, DAY_2024, crawl="CC-MAIN-2024-33")
    done = call("query", index, run, "--out", tmp_path / "seen.parquet")
    assert "3 documents: 1 seen exactly, 1 as a near copy, 1 not seen; 2 before their own capture" in done.stdout
    assert "first seen in 2019: 2" in done.stdout
    place = "https://cc-main-2019-30.example"
    assert f"https://cc-main-2024-33.example/0: exact, 2019-07-16, {place}/0" in done.stdout
    assert f" alike), 2019-07-16, {place}/1" in done.stdout
    assert pl.read_parquet(tmp_path / "seen.parquet").height == 2
    told = json.loads(call("query", index, run, "--json").stdout)
    assert [told[name] for name in ("documents", "exact", "near", "unseen", "earlier")] == [3, 1, 1, 1, 2]


def test_info_tells_texts_dates_sizes_and_the_grey_zone(index: Path) -> None:
    done = call("info", index, "--check")
    assert done.return_value == 0
    assert "texts: 4, of 5 documents (1 without a capture time)" in done.stdout
    assert "captured: 2019-07-16T10:20:30+00:00 to 2019-07-16T10:20:30+00:00" in done.stdout
    assert "num_perm 128, seed 1, shingle_words 5, bands 16, rows 8" in done.stdout
    assert "2019-02-14" in done.stdout
    told = json.loads(call("info", index, "--json").stdout)
    assert (told["texts"], told["format"], told["near"], told["problems"]) == (4, 1, True, [])
    assert set(told["bytes_per_text"]) == {"exact", "near", "places"}
    assert told["runs"][0]["crawls"] == ["CC-MAIN-2019-30"]


def test_info_on_a_damaged_index_ends_with_1(index: Path) -> None:
    next((index / "texts").iterdir()).unlink()
    done = call("info", index)
    assert done.return_value == 1
    assert "missing" in done.stdout


def test_an_empty_index_is_told(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [], DAY_2019)
    call("add", tmp_path / "index", run)
    done = call("info", tmp_path / "index")
    assert "texts: 0, of 0 documents" in done.stdout
    assert "bytes a text: -" in done.stdout
    assert "0 documents: 0 seen exactly" in call("query", tmp_path / "index", run).stdout


@pytest.mark.parametrize(
    "given",
    [["add", "index", "nowhere"], ["query", "nowhere", "run"], ["query", "index", "nowhere"], ["info", "nowhere"]],
)
def test_what_is_not_there_is_a_configuration_error(tmp_path: Path, index: Path, given: list[str]) -> None:
    places = [str(tmp_path / name) for name in given[1:]]
    with pytest.raises(ConfigError, match="nowhere"):
        raise call(given[0], *places).exception  # type: ignore[misc]


@pytest.mark.parametrize("memory", ["lots", "4XB", "-1GB"])
def test_a_size_that_is_none_is_refused(index: Path, memory: str) -> None:
    done = call("query", index, index, "--memory", memory)
    assert "is no size" in str(done.exception)


@pytest.mark.parametrize("memory", ["700MB", "0.7 GB", "1GiB", "800000000"])
def test_sizes_as_people_write_them(tmp_path: Path, index: Path, memory: str) -> None:
    assert call("query", index, tmp_path / "run", "--memory", memory).return_value == 0


def page(number: int, day: str, text: str) -> bytes:
    sentences = "".join(f"<p>{paragraph}.</p>" for paragraph in text.split(". "))
    body = f"<html lang=en><body><article>{sentences}</article></body></html>".encode()
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{day}-{number}>"
        f"\r\nWARC-Date: {day}T00:00:0{number}Z\r\nWARC-Target-URI: https://a.example/{number}"
        f"\r\nContent-Type: application/http;msgtype=response"
        f"\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def run(archive: Path, *more: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from provenance.cli import main; main()", "run", archive, "--workers", 1]
    given = [
        str(one) for one in (*command, "--crawl", archive.name[:15], "--out", archive.parent / archive.name[:15], *more)
    ]
    return subprocess.run(given, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def crawls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two crawls run, and the index of the earlier one."""
    folder = tmp_path_factory.mktemp("crawls")
    later = [PAGES[2], edit_text(PAGES[3], 0.004), make_text(77, 200), PAGES[0]]
    for crawl, day, texts in (("CC-MAIN-2019-30", "2019-07-16", PAGES), ("CC-MAIN-2024-33", "2024-08-03", later)):
        archive = folder / f"{crawl}-00000.warc.gz"
        archive.write_bytes(gzipped(*(page(number, day, text) for number, text in enumerate(texts))))
        assert run(archive).returncode == 0
    assert call("add", folder / "index", folder / "CC-MAIN-2019-30").return_value == 0
    return folder


def test_re_captures_of_pages_are_found_from_archives_on(crawls: Path) -> None:
    """Every page captured again has the date and place of its first capture."""
    call("query", crawls / "index", crawls / "CC-MAIN-2024-33", "--out", crawls / "seen.parquet")
    found = pl.read_parquet(crawls / "seen.parquet")
    rows = found.select("url", "seen_kind", "seen_url", pl.col("first_seen").dt.to_string()).rows()
    assert [(row[0][-1], row[1], row[2][-1], row[3][:19]) for row in rows] == [
        ("0", "exact", "2", "2019-07-16 00:00:02"),
        ("1", "near", "3", "2019-07-16 00:00:03"),
        ("3", "exact", "0", "2019-07-16 00:00:00"),
    ]
    assert set(found["seen_warc_filename"]) == {"CC-MAIN-2019-30-00000.warc.gz"}


def verdicts_of(crawls: Path) -> pl.DataFrame:
    evidence = pl.col("evidence").list.eval(pl.element().struct.field("detail").filter(_is_date())).list.join("")
    return (
        scan_table(crawls / "CC-MAIN-2024-33", "verdicts").select("first_seen", "ai_score", detail=evidence).collect()
    )


def _is_date() -> pl.Expr:
    return pl.element().struct.field("signal") == "first_seen"


def test_a_run_with_an_index_judges_anew_with_its_dates(crawls: Path) -> None:
    archive = crawls / "CC-MAIN-2024-33-00000.warc.gz"
    assert verdicts_of(crawls)["detail"].to_list() == [""] * 4
    done = run(archive, "--seen", crawls / "index")
    assert done.returncode == 0, done.stderr
    told = verdicts_of(crawls)
    assert told["first_seen"].dt.year().to_list() == [2019, 2019, 2024, 2019]
    place = "first seen on 2019-07-16 in CC-MAIN-2019-30, https://a.example"
    assert told["detail"].to_list() == [
        f"{place}/2, before chat models wrote web pages",
        f"a copy 0.99 alike was {place}/3, before chat models wrote web pages",
        "",
        f"{place}/0, before chat models wrote web pages",
    ]
    assert run(archive).returncode == 0
    assert verdicts_of(crawls)["detail"].to_list() == [""] * 4


def test_a_run_is_refused_that_signs_otherwise_than_its_index(crawls: Path) -> None:
    config = crawls / "run.toml"
    config.write_text("[dedup]\nshingle_words = 3\n")
    archive = crawls / "CC-MAIN-2024-33-00000.warc.gz"
    done = run(archive, "--seen", crawls / "index", "--config", config)
    assert done.returncode == 2
    assert "dedup.shingle_words is 5 there and 3 here" in done.stderr
    done = run(archive, "--seen", crawls)
    assert done.returncode == 2
    assert "no first-seen index here" in done.stderr
