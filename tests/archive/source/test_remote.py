"""What holds for any server of bytes: every byte where it lies, in bounded memory."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.archive.source import FetchOptions
from provenance.archive.source.answer import Answer, Version, format_range
from provenance.archive.source.remote import RangeSource
from tests.archive.source.reading import made_bytes, open_quickly
from tests.archive.source.servers import Fault, serve_folder

DATA = made_bytes(200_000)
MIB = 1024 * 1024

reads = st.lists(st.tuples(st.integers(0, 220_000), st.integers(0, 70_000)), min_size=1, max_size=12)
faults = st.lists(
    st.builds(
        Fault,
        ignore_range=st.booleans(),
        drop_after=st.none() | st.integers(0, 200_000),
        length_off=st.sampled_from([0, 0, -100_000, 50]),
        give=st.none() | st.integers(1, 200_000),
        chunked=st.booleans(),
    )
    | st.sampled_from([None, Fault(status=503), Fault(status=429)]),
    max_size=12,
)


def is_honest(fault: Fault | None) -> bool:
    """Whether an answer of unknown size ends where the object does, or does not look as if it did."""
    return fault is None or not (fault.ignore_range and (fault.give is not None or fault.length_off < 0))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    reads,
    faults.map(lambda made: [fault for fault in made if is_honest(fault)]),
    st.sampled_from([0, 5000, MIB]),
    st.booleans(),
)
def test_bytes_are_those_of_the_file_in_whatever_order(
    pattern: list[tuple[int, int]], wrong: list[Fault | None], window: int, at_once: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "x").write_bytes(DATA)
        with serve_folder(Path(folder), wrong) as site:
            source, _ = open_quickly(
                site.url("x"), window_bytes=window, skip_bytes=20_000, attempts=20, at_once=at_once
            )
            for offset, n in pattern:
                assert source.read_at(offset, n) == DATA[offset : offset + n]
            source.close()


class Endless:
    """A server of `size` bytes that are made while they are sent; every answer breaks off after `life` bytes."""

    def __init__(self, size: int, life: int) -> None:
        self.size, self.life, self.asked = size, life, 0

    def ask(self, start: int | None, stop: int | None, version: Version) -> Answer:
        assert start is not None
        self.asked += 1
        told = format_range(start, stop or self.size).replace("=", " ")
        return Answer(
            206, "206", {"content-range": f"{told}/{self.size}"}, Body(start, min(self.size, start + self.life))
        )

    def look(self) -> Answer:
        raise NotImplementedError

    def close(self) -> None:
        pass


class Body:
    def __init__(self, at: int, end: int) -> None:
        self.at, self.end = at, end

    def read(self, n: int) -> bytes:
        n = min(n, self.end - self.at)
        self.at += n
        return bytes(n)

    def close(self) -> None:
        pass


def test_memory_is_bounded_however_long_the_object() -> None:
    server, most, read = Endless(300 * MIB, 7 * MIB), 0, 0
    with RangeSource("made", server, FetchOptions()) as source:
        source.open()
        while piece := source.read_at(read, 64 * 1024):
            read += len(piece)
            most = max(most, source.held)
    assert read == 300 * MIB
    assert 16 * MIB <= most <= 16 * MIB + 256 * 1024 + 64 * 1024
    assert server.asked == 43


def test_a_step_back_within_the_window_asks_for_nothing() -> None:
    server = Endless(40 * MIB, 40 * MIB)
    with RangeSource("made", server, FetchOptions()) as source:
        source.open()
        source.read_at(0, 20 * MIB)
        source.read_at(20 * MIB, 1)
        assert len(source.read_at(5 * MIB, MIB)) == MIB
        assert server.asked == 1
        assert len(source.read_at(0, MIB)) == MIB
    assert server.asked == 2


def test_a_short_gap_is_read_through_and_a_long_one_asked_for_anew() -> None:
    server = Endless(40 * MIB, 40 * MIB)
    with RangeSource("made", server, FetchOptions()) as source:
        source.open()
        source.read_at(0, 10)
        source.read_at(MIB, 10)
        assert server.asked == 1
        source.read_at(10 * MIB, 10)
    assert server.asked == 2
