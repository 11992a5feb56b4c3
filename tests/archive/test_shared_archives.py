"""Archives of many other writers, with warcio and FastWARC as referees; every disagreement is explained here.

`docs/archive.md` has the same explanations beside the tables that `pipelines.archive_tables` makes.
"""

from functools import cache
from pathlib import Path

import pytest

from pipelines.archive_referees import (
    OurReading,
    Reading,
    decode_with_warcio,
    describe_difference,
    find_lost,
    read_with_fastwarc,
    read_with_us,
    read_with_warcio,
)
from pipelines.archive_tables import DISAGREEMENTS, NOT_WHOLE, TARGET, write_tables
from provenance.archive import ArchiveReader, ReadOptions, Record, read_record_at
from provenance.archive.framing.fast import CODECS, read_fast
from provenance.archive.framing.places import find_framing
from provenance.archive.payload.capture import CAPTURES
from provenance.archive.payload.digests import DigestCheck, check_digest
from provenance.archive.source import FileSource
from provenance.errors import Reason, RecordError

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "warc"
CORRECT = sorted((DATA / "correct").glob("*"))
MALFORMED = [path for path in sorted((DATA / "malformed").glob("*")) if path.stat().st_size]
REFEREES = {"warcio": read_with_warcio, "FastWARC": read_with_fastwarc}
CAP = 16 * 1024 * 1024  # more than any block of these files
# Non-empty files in which there is no record.
NO_ARCHIVE = {
    "425469_",  # text about monkeys
    "58423a_",  # one empty gzip member
    "90360f_",  # six bytes
    "ba8ab5_",  # one line end
}

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data"),
]
every_correct = pytest.mark.parametrize("path", CORRECT, ids=lambda path: path.name)
every_malformed = pytest.mark.parametrize("path", MALFORMED, ids=lambda path: path.name)
every_referee = pytest.mark.parametrize("referee", sorted(REFEREES))


@cache
def ours(path: Path) -> OurReading:
    return read_with_us(path)


@cache
def theirs(referee: str, path: Path) -> Reading:
    return REFEREES[referee](path)


@every_correct
@every_referee
def test_records_are_those_of_the_referee_or_the_difference_is_explained(referee: str, path: Path) -> None:
    """As many records, of the same types, with the same bytes in their blocks."""
    found = describe_difference(theirs(referee, path), ours(path))
    assert found == DISAGREEMENTS.get((path.name, referee), ("", ""))[0]


def test_explanations_are_of_files_that_are_there() -> None:
    assert {name for name, _ in DISAGREEMENTS} <= {path.name for path in CORRECT}
    assert set(NOT_WHOLE) <= {path.name for path in MALFORMED}


@every_correct
@every_referee
def test_a_referee_with_another_reading_has_no_whole_record_that_we_lack(referee: str, path: Path) -> None:
    lost = find_lost(theirs(referee, path), ours(path))
    assert [record.kind for record in lost if record.kind != "arc_header"] == []


@every_correct
def test_the_fast_path_gives_the_blocks_of_the_careful_one(path: Path) -> None:
    careful = {raw.offset: raw for raw in ours(path).raw}
    with FileSource(path) as source:
        codec = find_framing(source).codec
        if codec not in CODECS:
            pytest.skip(f"{codec} is always read with care")
        for raw in read_fast(source, codec, CAP):
            twin = careful[raw.offset]
            assert (raw.length, raw.cut, raw.flawed) == (twin.length, twin.cut, twin.flawed)
            assert raw.headers["warc-type"] == twin.headers["warc-type"]
            if len(raw.headers) > 1:  # of requests and the like only the type is wanted
                assert (raw.headers, raw.block) == (twin.headers, twin.block)


@every_correct
def test_payloads_are_those_of_warcio(path: Path) -> None:
    known = {record.offset: record.payload for record in decode_with_warcio(path)}
    for item in ours(path).items:
        if isinstance(item, Record) and item.length is not None and item.offset in known:
            assert item.payload == known[item.offset]


@every_correct
def test_no_payload_is_left_out_that_warcio_decodes(path: Path) -> None:
    captures = {item.offset for item in ours(path).items if isinstance(item, Record)}
    rejects = {item.offset: item.reason for item in ours(path).items if isinstance(item, RecordError)}
    for record in decode_with_warcio(path):
        if record.kind in CAPTURES and record.payload and record.offset not in captures:
            assert rejects[record.offset] is Reason.HTTP_STATUS


@every_correct
def test_digests_hold_where_they_hold_for_warcio(path: Path) -> None:
    blocks = {raw.offset: raw for raw in ours(path).raw}
    checked = {item.offset: item.digest_check for item in ArchiveReader(path, ReadOptions(check_digests=True))}
    for record in decode_with_warcio(path):
        raw = blocks[record.offset]
        assert record.digests_hold is not False  # so far there is none in these files
        if record.digests_hold:
            assert check_digest(raw.headers.get("warc-block-digest"), [raw.block]) in (None, DigestCheck.MATCH)
        if record.kind in CAPTURES and raw.length is not None:
            assert checked[record.offset] == (DigestCheck.MATCH if record.digests_hold else None)


@every_correct
def test_every_byte_is_read_into_a_record(path: Path) -> None:
    tally = ours(path).tally
    assert tally is not None
    cut = path.name == "rubenhekster+WDPS-Group-3__CommonCrawl-sample.warc.gz"  # ends inside its last record
    assert tally.complete != cut
    assert (tally.bytes_skipped > 0) == cut


@every_correct
def test_every_record_with_a_place_is_read_again_from_it(path: Path) -> None:
    for item in ours(path).items:
        if isinstance(item, Record) and item.length is not None and item.record_type != "revisit":
            assert read_record_at(path, item.offset, ReadOptions()) == item


@every_malformed
def test_malformed_archives_are_read_or_refused_and_every_byte_is_counted(path: Path) -> None:
    reading = ours(path)
    assert bool(reading.refused) == path.name.startswith(tuple(NO_ARCHIVE))
    if reading.tally is not None:
        tally = reading.tally
        assert tally.bytes_total == path.stat().st_size
        assert tally.bytes_read + tally.bytes_skipped == tally.bytes_total
        assert reading.items
        reasons = [item.reason for item in reading.items if isinstance(item, RecordError)]
        assert tally.complete == (Reason.TRUNCATED_RECORD not in reasons)


@every_malformed
@every_referee
def test_every_record_a_referee_gives_whole_is_kept(referee: str, path: Path) -> None:
    """A record that is none by its own headers, or goes on into the next one, is flagged and kept to its end."""
    reading = ours(path)
    lost = find_lost(theirs(referee, path), reading)
    assert bool(lost) <= (path.name in NOT_WHOLE)
    for record in lost:
        flagged = [
            raw for raw in reading.raw if raw.flawed and record.block[:200] == raw.block[: len(record.block[:200])]
        ]
        cut = [item for item in reading.items if isinstance(item, RecordError) and item.offset == record.offset]
        assert flagged or cut


@every_malformed
def test_as_many_records_are_kept_as_by_the_better_referee(path: Path) -> None:
    best = max(theirs(referee, path).n_whole for referee in REFEREES)
    cut_in_its_headers = path.name.startswith("cc2c97_")
    assert len(ours(path).raw) >= best - cut_in_its_headers


def test_an_empty_file_is_empty_and_says_so(tmp_path: Path) -> None:
    (path,) = (DATA / "malformed").glob("da39a3_*")
    reader = ArchiveReader(path)
    assert list(reader) == []
    assert reader.tally.why == "the file is empty"


def test_the_page_has_the_tables_of_today(tmp_path: Path) -> None:
    page = tmp_path / "archive.md"
    page.write_text(TARGET.read_text(encoding="utf-8"), encoding="utf-8")
    write_tables(DATA, page)
    assert page.read_text(encoding="utf-8") == TARGET.read_text(encoding="utf-8")
