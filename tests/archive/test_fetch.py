"""Records fetched by their places are those that reading the whole archive gives."""

import bz2
import gzip
import re
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
import zstandard
from warcio.archiveiterator import ArchiveIterator

from provenance.archive import ArchiveReader, ReadOptions, Record
from provenance.archive.fetch import (
    GAP,
    GROUP,
    TAIL,
    FetchTally,
    RecordPlace,
    fetch_raw_records,
    fetch_records,
)
from provenance.archive.record import HEAD_ROOM, RawRecord
from provenance.archive.source import BytesSource, FileSource, Source, SourceError, open_source
from provenance.archive.write import WarcInfo, WarcWriter
from provenance.errors import Reason, RecordError, ShardError
from tests.archive.made_archives import gzipped, outcomes, response, write
from tests.archive.source.reading import made_bytes, quick
from tests.archive.source.servers import Fault, serve_bucket, serve_folder

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures" / "shards").rglob("*.w*"))
DATA = Path(__file__).parents[2].parent / "shared" / "data" / "warc"
SHARED = [path for folder in ("correct", "malformed") for path in sorted((DATA / folder).glob("*")) if path.is_file()]
N = 12


class Watched:
    """A source that remembers what was read of it."""

    def __init__(self, source: Source) -> None:
        self.place, self.size, self.earliest = source.place, source.size, source.earliest
        self._source = source
        self.reads: list[tuple[int, int]] = []

    def read_at(self, offset: int, n: int) -> bytes:
        self.reads.append((offset, n))
        return self._source.read_at(offset, n)

    def close(self) -> None: ...


def read_whole(path: Path) -> list[Record]:
    try:
        return [item for item in ArchiveReader(path) if isinstance(item, Record) and item.record_type != "revisit"]
    except ShardError:
        return []


def place_of(record: Record) -> RecordPlace:
    return RecordPlace(record.offset, record.length, record.record_id, record.url)


def fetch(source: Source, places: Sequence[RecordPlace], tally: FetchTally | None = None) -> list[Record | RecordError]:
    found = list(fetch_records(source, places, ReadOptions(), tally))
    assert [place for place, _ in found] == list(places)
    return [item for _, item in found]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A dozen records, each a gzip member."""
    return write(tmp_path, gzipped(*map(response, range(N))))


def assert_fetched_as_read(path: Path) -> None:
    records = read_whole(path)
    with FileSource(path) as source:
        assert fetch(source, [place_of(record) for record in records]) == records


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_every_record_of_a_fixture_is_the_one_that_was_read(path: Path) -> None:
    assert read_whole(path)
    assert_fetched_as_read(path)


@pytest.mark.shared
@pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data")
@pytest.mark.parametrize("path", SHARED, ids=lambda path: path.name)
def test_every_record_of_other_writers_is_the_one_that_was_read(path: Path) -> None:
    assert_fetched_as_read(path)


def test_places_may_be_asked_in_any_order_and_twice(path: Path) -> None:
    records = read_whole(path)
    asked = [*reversed(records), records[0], records[0], records[5]]
    with FileSource(path) as source:
        assert fetch(source, [place_of(record) for record in asked]) == asked


def test_neighbours_are_read_in_one_go(path: Path) -> None:
    with FileSource(path) as file:
        source, tally = Watched(file), FetchTally()
        fetch(source, [place_of(record) for record in read_whole(path)], tally)
    assert source.reads == [(0, path.stat().st_size + TAIL)]
    assert (tally.n_reads, tally.bytes_asked, tally.bytes_wanted) == (1, path.stat().st_size, path.stat().st_size)


def test_only_the_bytes_of_the_record_and_what_follows_are_read(path: Path) -> None:
    record = read_whole(path)[3]
    with FileSource(path) as file:
        source = Watched(file)
        fetch(source, [place_of(record)])
    assert source.reads == [(record.offset, (record.length or 0) + TAIL)]


@pytest.mark.parametrize(("gap", "n_reads"), [(GAP, 1), (GAP + 1, 2)])
def test_a_gap_is_read_through_up_to_its_limit(gap: int, n_reads: int) -> None:
    member = gzipped(response(1))
    data = member + b"\0" * gap + member
    source = Watched(BytesSource("made", data))
    places = [RecordPlace(0, len(member)), RecordPlace(len(member) + gap, len(member))]
    assert outcomes(fetch(source, places)) == ["ok", "ok"]
    assert len(source.reads) == n_reads


def test_no_more_is_held_than_a_group() -> None:
    member = gzipped(response(1))
    data = (member + b"\0" * (GAP - len(member))) * (GROUP // GAP + 2)
    source = Watched(BytesSource("made", data))
    places = [RecordPlace(offset, len(member)) for offset in range(0, len(data), GAP)]
    assert set(outcomes(fetch(source, places))) == {"ok"}
    assert len(source.reads) == 2
    assert max(n for _, n in source.reads) <= GROUP + TAIL


def test_a_length_beyond_all_measure_is_not_asked_for(path: Path) -> None:
    records = read_whole(path)
    with FileSource(path) as file:
        source = Watched(file)
        assert fetch(source, [RecordPlace(records[2].offset, 10**15)]) == [records[2]]
    assert max(n for _, n in source.reads) < 2**21


@pytest.mark.parametrize("offset", [10**6, 2**63 - 1])
def test_a_place_behind_the_end_is_a_reject_and_the_rest_goes_on(path: Path, offset: int) -> None:
    record = read_whole(path)[0]
    with FileSource(path) as source:
        lost, found = fetch(source, [RecordPlace(offset, 100), place_of(record)])
    assert isinstance(lost, RecordError)
    assert (lost.reason, lost.offset) == (Reason.UNREADABLE_BYTES, offset)
    assert found == record


def test_bytes_that_are_no_record_are_a_reject_and_the_rest_goes_on(path: Path) -> None:
    records = read_whole(path)
    data = bytearray(path.read_bytes())
    at = records[1].offset
    data[at : at + 40] = b"\xff" * 40
    items = fetch(BytesSource("made", bytes(data)), [place_of(record) for record in records])
    assert outcomes(items) == ["ok", "unreadable_bytes", *["ok"] * (N - 2)]
    assert items[2:] == records[2:]


def test_a_length_that_ends_inside_the_record_is_a_reject(tmp_path: Path) -> None:
    path = write(tmp_path, gzipped(response(1, b"".join(b"%d" % (n * n) for n in range(30_000)))))
    (record,) = read_whole(path)
    with FileSource(path) as source:
        (lost,) = fetch(source, [RecordPlace(0, (record.length or 0) - TAIL - 1)])
    assert isinstance(lost, RecordError)
    assert lost.reason is Reason.TRUNCATED_RECORD
    assert lost.detail.startswith("the record does not end within")


def test_the_wrong_length_of_a_record_shows_by_what_follows(tmp_path: Path) -> None:
    wrong = response(1).replace(b"Content-Length: ", b"Content-Length: 9", 1)
    path = write(tmp_path, wrong + response(2), "made.warc")
    first, _ = read_whole(path)
    assert first.content_truncated == "unspecified"
    with FileSource(path) as source:
        assert fetch(source, [place_of(first)]) == [first]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress], ids=["gzip", "bzip2"])
@pytest.mark.parametrize("order", [1, -1], ids=["forward", "backward"])
def test_records_that_share_a_member_are_found_by_their_ids(tmp_path: Path, pack: object, order: int) -> None:
    data = b"".join(map(response, range(N)))
    path = write(tmp_path, pack(data))  # type: ignore[operator]
    records = read_whole(path)[::order]
    assert {record.length for record in records} == {None}
    with FileSource(path) as source:
        assert fetch(source, [place_of(record) for record in records]) == records


def test_records_without_ids_are_found_by_their_urls(tmp_path: Path) -> None:
    nameless = [re.sub(rb"WARC-Record-ID: [^\r]*\r\n", b"", response(n)) for n in range(N)]
    path = write(tmp_path, bz2.compress(b"".join(nameless)))
    records = read_whole(path)
    assert {record.record_id for record in records} == {None}
    with FileSource(path) as source:
        assert fetch(source, [place_of(record) for record in records[::-1]]) == records[::-1]


def test_captures_of_one_url_are_told_apart_by_their_ids(tmp_path: Path) -> None:
    again = response(1, b"<p>Later</p>").replace(b"<urn:uuid:response-", b"<urn:uuid:later-")
    path = write(tmp_path, bz2.compress(response(1) + again))
    records = read_whole(path)
    with FileSource(path) as source:
        assert fetch(source, [place_of(record) for record in records[::-1]]) == records[::-1]


def test_a_record_is_found_behind_bytes_that_are_none(tmp_path: Path) -> None:
    path = write(tmp_path, bz2.compress(response(1) + b"neither nor\r\n" * 9 + response(2)))
    records = read_whole(path)
    with FileSource(path) as source:
        assert fetch(source, [place_of(records[1])]) == [records[1]]


def test_records_that_share_a_member_are_found_in_one_pass(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(b"".join(response(n, bytes(range(256)) * 400) for n in range(N)), 0))
    with FileSource(path) as file:
        source = Watched(file)
        fetch(source, [place_of(record) for record in read_whole(path)])
    assert sum(n for _, n in source.reads) < 2 * path.stat().st_size


def test_an_id_that_is_not_there_is_a_reject_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = write(tmp_path, bz2.compress(response(1) + response(2)) + bz2.compress(response(3) + response(4)))
    records = read_whole(path)
    elsewhere = RecordPlace(0, None, records[2].record_id)
    with FileSource(path) as source:
        items = fetch(source, [place_of(records[1]), elsewhere, place_of(records[0])])
    assert items[::2] == [records[1], records[0]]
    assert isinstance(items[1], RecordError)
    assert str(records[2].record_id) in items[1].detail


def test_frames_made_with_a_dictionary_are_read_with_it(tmp_path: Path) -> None:
    pages = [response(n) for n in range(400)]
    trained = zstandard.train_dictionary(4096, pages)
    packer = zstandard.ZstdCompressor(dict_data=trained)
    head = b"\x5d\x2a\x4d\x18" + len(trained.as_bytes()).to_bytes(4, "little") + trained.as_bytes()
    path = write(tmp_path, head + b"".join(map(packer.compress, pages[:N])), "made.warc.zst")
    records = read_whole(path)
    assert len(records) == N
    with FileSource(path) as source:
        assert fetch(source, [place_of(record) for record in records[3:]]) == records[3:]


def test_raw_records_have_their_headers_and_their_block_as_stored(path: Path) -> None:
    record = read_whole(path)[4]
    with FileSource(path) as source:
        ((_, raw),) = fetch_raw_records(source, [place_of(record)], ReadOptions())
    assert isinstance(raw, RawRecord)
    assert raw.headers["warc-target-uri"] == record.url
    assert raw.block.startswith(b"HTTP/1.1 200 OK\r\n")
    assert raw.block.endswith(record.payload)
    assert (raw.offset, raw.length, raw.cut) == (record.offset, record.length, False)


def test_a_block_beyond_the_limit_is_cut_and_written_as_cut(tmp_path: Path) -> None:
    path = write(tmp_path, gzipped(response(1, bytes(3 * HEAD_ROOM)), response(2)))
    options = ReadOptions(max_payload=1000)
    out = tmp_path / "out.warc.gz"
    with FileSource(path) as source, out.open("wb") as file, WarcWriter(file, WarcInfo("out", "out", {})) as writer:
        for _, raw in fetch_raw_records(source, [place_of(record) for record in read_whole(path)], options):
            assert isinstance(raw, RawRecord)
            writer.write(raw, raw.headers["warc-record-id"])
    told = []
    with out.open("rb") as file:
        for record in ArchiveIterator(file, check_digests="raise"):
            record.content_stream().read()
            told.append([record.rec_headers.get_header(name) for name in ("WARC-Truncated", "Content-Length")])
    assert told[1] == ["length", str(1000 + HEAD_ROOM)]
    assert told[2][0] is None


@pytest.fixture
def scattered(tmp_path: Path) -> tuple[Path, list[Record]]:
    """A file of a dozen large records, and three of them: two neighbours and one far behind."""
    (tmp_path / "bucket").mkdir()
    path = write(tmp_path / "bucket", gzipped(*(response(n, made_bytes(100_000, n)) for n in range(N))))
    records = read_whole(path)
    return path, [records[2], records[3], records[9]]


def spans(records: Sequence[Record]) -> list[str]:
    """What is asked of a server for each of some records."""
    return [f"bytes={item.offset}-{item.offset + (item.length or 0) + TAIL - 1}" for item in records]


def test_a_web_server_is_asked_for_the_records_and_for_nothing_else(scattered: tuple[Path, list[Record]]) -> None:
    path, records = scattered
    with serve_folder(path.parent) as site, closing(open_source(site.url(path.name), quick(), at_once=False)) as source:
        assert fetch(source, [place_of(record) for record in records]) == records
        together = f"bytes={records[0].offset}-{spans(records)[1].partition('-')[2]}"
        assert site.ranges == [together, spans(records)[2]]


def test_a_bucket_is_asked_for_the_records(scattered: tuple[Path, list[Record]]) -> None:
    path, records = scattered
    with serve_bucket(path.parent) as site, closing(open_source(site.url(path.name), quick(), at_once=False)) as source:
        assert fetch(source, [place_of(record) for record in records]) == records
        assert len(site.ranges) == 2


def test_an_answer_that_breaks_off_is_gone_on_with(scattered: tuple[Path, list[Record]]) -> None:
    path, records = scattered
    faults = [Fault(drop_after=70_000), None, Fault(status=503), Fault(ignore_range=True)]
    with serve_folder(path.parent, faults) as site:
        with closing(open_source(site.url(path.name), quick(backoff_s=0.01), at_once=False)) as source:
            assert fetch(source, [place_of(record) for record in records]) == records
        assert len(site.happened) == 3


def test_what_a_server_does_not_have_is_a_lost_shard(tmp_path: Path) -> None:
    with serve_folder(tmp_path) as site, closing(open_source(site.url("none"), quick(), at_once=False)) as source:
        items = fetch_records(source, [RecordPlace(0, 10)], ReadOptions())
        with pytest.raises(ShardError, match=r"none: the server answers 404"):
            next(items)


def test_a_source_that_fails_is_a_lost_shard() -> None:
    class Broken(BytesSource):
        def read_at(self, offset: int, n: int) -> bytes:
            raise SourceError("gone")

    with pytest.raises(ShardError, match="made: gone"):
        fetch(Broken("made", b"x" * 100), [RecordPlace(0, 10)])


@pytest.mark.parametrize(("offset", "length"), [(-1, 10), (0, 0), (5, -3)])
def test_what_can_be_no_place_is_refused(offset: int, length: int) -> None:
    with pytest.raises(ValueError, match="no record can lie"):
        RecordPlace(offset, length)
