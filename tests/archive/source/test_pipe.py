"""A stream is read forward, in bounded memory, and says it when one wants to go back too far."""

import io
import os
import subprocess
import sys

import pytest

from provenance.archive.source import FetchOptions, SourceError
from provenance.archive.source.pipe import PipeSource
from tests.archive.source.reading import made_bytes, read_like_the_reader

DATA = made_bytes(3_000_000)


def test_a_stream_is_read_as_it_is() -> None:
    source = PipeSource(io.BytesIO(DATA), options=FetchOptions(window_bytes=100_000))
    assert source.size is None
    assert read_like_the_reader(source) == DATA
    assert source.size == len(DATA)


def test_no_more_is_held_than_the_window_and_what_is_asked_for() -> None:
    source = PipeSource(io.BytesIO(DATA), options=FetchOptions(window_bytes=100_000))
    for offset in range(0, len(DATA), 50_000):
        source.read_at(offset, 50_000)
        assert source.held <= 150_000
    assert source.earliest == len(DATA) - source.held


def test_what_went_by_is_an_error_that_says_so() -> None:
    source = PipeSource(io.BytesIO(DATA), options=FetchOptions(window_bytes=100_000))
    source.read_at(500_000, 10)
    assert source.read_at(source.earliest, 10) == DATA[source.earliest : source.earliest + 10]
    with pytest.raises(SourceError, match=f"byte 0 of a stream is gone.*before {source.earliest}.*store it in a file"):
        source.read_at(0, 1)


def test_no_more_is_taken_from_the_stream_than_was_asked_for() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"abcdef")
    with PipeSource(os.fdopen(reading, "rb", buffering=0)) as source:
        assert source.read_at(0, 4) == b"abcd"  # would wait for ever if it wanted more than there is
        assert source.read_at(4, 2) == b"ef"
        os.close(writing)
        assert source.read_at(6, 1) == b""
        assert source.size == 6


def test_a_stream_that_cannot_be_read_is_an_error() -> None:
    stream = io.BytesIO(b"abc")
    stream.close()
    with pytest.raises(SourceError, match="cannot be read at byte 0"):
        PipeSource(stream).read_at(0, 1)


def test_a_dash_is_standard_input() -> None:
    program = (
        "from provenance.archive.source import open_source, describe_place\n"
        "source = open_source('-')\n"
        "print(len(source.read_at(0, 10_000_000)), source.size, source.place, describe_place('-'))"
    )
    done = subprocess.run([sys.executable, "-c", program], input=DATA, capture_output=True, check=True, timeout=120)
    assert done.stdout.decode().split(" ", 3) == ["3000000", "3000000", "-", "PlaceFacts(size=None, version='')\n"]
