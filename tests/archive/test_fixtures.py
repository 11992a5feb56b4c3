"""The shipped fixtures: made anew they are the same, and every damaged record becomes what their README says."""

import subprocess
import sys
import zlib
from collections import Counter
from pathlib import Path

import pytest

from provenance.archive import Record
from tests.archive.made_archives import outcomes, read

FIXTURES = Path(__file__).parents[2] / "fixtures"
SHARDS = sorted((FIXTURES / "shards").glob("*/*"))
EARLIER = FIXTURES / "shards" / "CC-MAIN-2019-30"
LATER = FIXTURES / "shards" / "CC-MAIN-2025-30"
# What stands in the damaged shards, in order; each crawl has its own four kinds of encoded bodies.
START = ["record_type", "ok", "http_status", "ok", "ok", "revisit", "empty_payload", "empty_payload", "ok"]
BODIES = ["undecodable_body", "ok", "ok", "ok"]
LEGACY = ["ok", "ok"]
END = ["ok", "ok", "unreadable_bytes", "ok", "unreadable_bytes", "ok", "truncated_record"]


def damaged(crawl: Path) -> Path:
    return crawl / f"{crawl.name}-00002-damaged.warc.gz"


def captures(path: Path) -> list[Record]:
    return [item for item in read(path)[0] if isinstance(item, Record)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shards")
    subprocess.run([sys.executable, FIXTURES / "make_fixtures.py", folder], check=True)
    return folder


def test_there_are_shards_of_every_format() -> None:
    assert {"".join(path.suffixes[-2:]) for path in SHARDS} == {
        ".warc.gz",
        ".warc",
        ".warc.zst",
        ".wet.gz",
        ".wat.gz",
    }


def test_the_same_shards_are_made() -> None:
    assert len(SHARDS) == 11


@pytest.mark.parametrize("shard", SHARDS, ids=lambda path: path.name)
def test_made_anew_a_shard_holds_the_same_records(shard: Path, made: Path) -> None:
    again = made / shard.parent.name / shard.name
    assert [_content(item) for item in captures(again)] == [_content(item) for item in captures(shard)]


@pytest.mark.skipif("ng" in zlib.ZLIB_RUNTIME_VERSION, reason="another deflate packs the same bytes differently")
@pytest.mark.parametrize("shard", [path for path in SHARDS if path.suffix != ".zst"], ids=lambda path: path.name)
def test_made_anew_a_shard_is_the_same_to_the_byte(shard: Path, made: Path) -> None:
    assert (made / shard.parent.name / shard.name).read_bytes() == shard.read_bytes()


def _content(record: Record) -> tuple[str | None, str, bytes]:
    return record.record_id, record.url, record.payload


@pytest.mark.parametrize("shard", [path for path in SHARDS if "damaged" not in path.name], ids=lambda path: path.name)
def test_a_sound_shard_is_read_to_its_last_byte(shard: Path) -> None:
    items, tally = read(shard)
    assert set(outcomes(items)) == {"ok", "record_type"}
    assert (tally.complete, tally.bytes_skipped, tally.why) == (True, 0, None)


@pytest.mark.parametrize("crawl", [EARLIER, LATER], ids=lambda path: path.name)
def test_every_damaged_record_becomes_what_the_readme_says(crawl: Path) -> None:
    items, _ = read(damaged(crawl))
    assert outcomes(items) == START + BODIES + LEGACY + END


@pytest.mark.parametrize("crawl", [EARLIER, LATER], ids=lambda path: path.name)
def test_a_damaged_shard_is_incomplete_and_its_lost_bytes_are_counted(crawl: Path) -> None:
    _, tally = read(damaged(crawl))
    assert not tally.complete
    assert 700 < tally.bytes_skipped < 5000
    assert "ends inside a gzip member" in (tally.why or "")


def test_the_flaws_of_2019_are_told() -> None:
    records = captures(damaged(EARLIER))
    assert Counter(record.content_truncated for record in records) == {None: 11, "unspecified": 2}
    assert [record.fetch_time is None for record in records].count(True) == 1
    assert {record.charset for record in records} >= {"iso-8859-1", "shift_jis"}


def test_the_flaws_of_2025_are_told() -> None:
    records = captures(damaged(LATER))
    assert Counter(record.content_truncated for record in records) == {None: 12, "unspecified": 1}
    assert not any(record.url.startswith("<") for record in records)
    assert {record.charset for record in records} >= {"iso-8859-1", "euc_jp"}


def test_every_html_page_decodes_to_its_closing_tag() -> None:
    for shard in SHARDS:
        for record in captures(shard):
            if record.media_type == "text/html":
                assert record.payload.rstrip().endswith((b"</html>", b"</body></html>")), record.url


def test_there_are_sixty_texts_of_a_hundred_words() -> None:
    bodies = [path.read_text().split("---\n", 2)[2] for path in sorted((FIXTURES / "texts").glob("*.txt"))]
    long_enough = [body for body in bodies if len(body.split()) >= 100 or (len(body) >= 250 and len(body.split()) < 20)]
    assert len(set(bodies)) == len(bodies) == len(long_enough) == 76
