"""The fast path gives up at the first record that is not alone in its member, and loses none."""

from pathlib import Path

import pytest

from provenance.archive.framing.fast import read_fast
from provenance.archive.framing.members import Codec
from provenance.archive.source import FileSource
from tests.archive.made_archives import gzipped, outcomes, payloads, read, response, write

CAP = 1_000_000
PAGES = [response(number) for number in range(6)]
HALF = len(PAGES[2]) // 2


def offsets_given(path: Path, codec: Codec) -> list[int]:
    with FileSource(path) as source:
        return [raw.offset for raw in read_fast(source, codec, CAP)]


@pytest.mark.parametrize(
    ("members", "given"),
    [
        (PAGES, 5),
        ([PAGES[0], PAGES[1] + PAGES[2], PAGES[3], PAGES[4], PAGES[5]], 1),
        ([PAGES[0], PAGES[1], PAGES[2][:HALF], PAGES[2][HALF:] + PAGES[3], PAGES[4], PAGES[5]], 2),
        ([PAGES[0], PAGES[1], b"", *PAGES[2:]], 1),
        ([PAGES[0], PAGES[1] + b"\r\n", *PAGES[2:]], 1),
        ([PAGES[0], PAGES[1].replace(b": ", b":", 1), *PAGES[2:]], 1),
    ],
    ids=["alone", "two in one", "over two", "empty member", "a line end more", "a header without its space"],
)
def test_what_is_not_one_record_to_a_member_is_left_to_the_careful_reader(
    tmp_path: Path, members: list[bytes], given: int
) -> None:
    path = write(tmp_path, gzipped(*members))
    assert len(offsets_given(path, Codec.GZIP)) == given
    items, tally = read(path)
    assert outcomes(items) == ["ok"] * 6
    assert payloads(items) == payloads(read(write(tmp_path, gzipped(*PAGES), "whole.warc.gz"))[0])
    assert tally.complete


def test_a_plain_file_is_given_while_lengths_add_up(tmp_path: Path) -> None:
    assert len(offsets_given(write(tmp_path, b"".join(PAGES), "made.warc"), Codec.PLAIN)) == 5
    longer = b"".join([*PAGES[:3], b"\r\n", *PAGES[3:]])
    path = write(tmp_path, longer, "longer.warc")
    assert len(offsets_given(path, Codec.PLAIN)) == 2
    assert outcomes(read(path)[0]) == ["ok"] * 6
