"""Archives of many other writers: warcio is the referee where it can read them, and nothing raises but ShardError."""

from collections import Counter
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from provenance.archive import ReadOptions, Record, read_record_at
from provenance.archive.framing.places import read_raw_at
from provenance.archive.record import RawRecord
from provenance.archive.source import FileSource
from provenance.errors import ShardError
from tests.archive.made_archives import outcomes, read

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "warc"
CORRECT = sorted((DATA / "correct").glob("*"))
MALFORMED = [path for path in sorted((DATA / "malformed").glob("*")) if path.is_file()]

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data"),
]

# Where we differ from warcio: it stops at the second record of a member, and knows no lz4.
UNREADABLE_FOR_WARCIO = {
    "chatnoir-eu+chatnoir-resiliparse__block-sized-records.warc.lz4": 3,
    "chatnoir-eu+chatnoir-resiliparse__warcfile.warc.lz4": 50,
    "jeffharwell+CommonCrawlScalaTools__filter_test_1.wet.gz": 26,
    "rubenhekster+WDPS-Group-3__CommonCrawl-sample.warc.gz": 12,
}
# Non-empty files of the malformed set in which there is no record.
NO_ARCHIVE = (
    "425469_",  # a lone WARC/ line among junk
    "58423a_",  # one empty gzip member
    "5cb3f6_",  # an ARC in one member, which warcio gives up
    "90360f_",  # six bytes
    "ba8ab5_",  # one line end
    "dc51a4_",  # bzip2
)


def referee(path: Path) -> list[tuple[str, int]]:
    """Type and payload length of each record as warcio reads them."""
    found = []
    with path.open("rb") as file:
        for record in ArchiveIterator(file, no_record_parse=True):
            size = len(record.raw_stream.read())
            found.append((record.rec_type, size))
    return found


@pytest.mark.parametrize(
    "path", [path for path in CORRECT if path.name not in UNREADABLE_FOR_WARCIO], ids=lambda path: path.name
)
def test_as_many_items_as_warcio_has_records(path: Path) -> None:
    items, tally = read(path)
    assert len(items) == len(referee(path))
    assert (tally.complete, tally.bytes_skipped) == (True, 0)


@pytest.mark.parametrize("path", [p for p in CORRECT if p.name in UNREADABLE_FOR_WARCIO], ids=lambda path: path.name)
def test_what_warcio_cannot_read_has_its_known_number_of_items(path: Path) -> None:
    assert len(read(path)[0]) == UNREADABLE_FOR_WARCIO[path.name]


@pytest.mark.parametrize(
    "path", [p for p in CORRECT if p.name.endswith((".warc.gz", ".warc"))], ids=lambda path: path.name
)
def test_the_careful_reader_agrees_with_the_fast_one(path: Path) -> None:
    options = ReadOptions()
    with FileSource(path) as source:
        careful = [item for item in read_raw_at(source, 0, 10_000_000) if isinstance(item, RawRecord)]
    places = {(raw.offset, raw.length) for raw in careful}
    for item in read(path, options)[0]:
        if isinstance(item, Record):
            assert (item.offset, item.length) in places


@pytest.mark.parametrize(
    "path", [p for p in CORRECT if p.name.endswith((".gz", ".warc", ".wet"))], ids=lambda path: path.name
)
def test_every_record_with_a_place_is_read_again_from_it(path: Path) -> None:
    options = ReadOptions()
    for item in read(path, options)[0]:
        if isinstance(item, Record) and item.length is not None and item.record_type != "revisit":
            assert read_record_at(path, item.offset, options) == item


@pytest.mark.parametrize("path", MALFORMED, ids=lambda path: path.name)
def test_malformed_archives_raise_nothing_but_shard_errors(path: Path) -> None:
    try:
        items, tally = read(path)
    except ShardError:
        assert path.name.startswith(NO_ARCHIVE)
        return
    assert items or path.stat().st_size == 0
    assert tally.bytes_total == path.stat().st_size
    assert tally.complete == ("truncated_record" not in outcomes(items))


@pytest.mark.parametrize("path", MALFORMED, ids=lambda path: path.name)
def test_no_capture_that_warcio_reads_is_lost_without_a_reject(path: Path) -> None:
    try:
        known = Counter(kind for kind, _ in referee(path))
    except Exception as error:  # noqa: BLE001 - the referee fails in its own ways, which are no claim of ours
        pytest.skip(f"warcio cannot read it: {type(error).__name__}")
    if not path.name.startswith(NO_ARCHIVE):
        assert len(read(path)[0]) >= sum(known.values())


@pytest.mark.parametrize(
    "path", [p for p in CORRECT if p.name not in UNREADABLE_FOR_WARCIO], ids=lambda path: path.name
)
def test_decoded_payloads_are_those_of_warcio(path: Path) -> None:
    theirs = {}
    with path.open("rb") as file:
        records = ArchiveIterator(file)
        for record in records:
            body = record.content_stream().read()
            theirs[records.get_record_offset()] = body
    for item in read(path)[0]:
        if isinstance(item, Record):
            assert item.payload == theirs[item.offset]
