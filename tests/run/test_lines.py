"""Lines that another process appends to are followed: what is whole, once each."""

from pathlib import Path

import pytest

from provenance.run.lines import open_lines


def test_nothing_is_read_where_nothing_is(tmp_path: Path) -> None:
    assert open_lines(tmp_path / "l").read_from(0) == b""


def test_what_was_appended_since_is_read(tmp_path: Path) -> None:
    lines, watching = open_lines(tmp_path / "l"), open_lines(tmp_path / "l")
    lines.append("one")
    assert watching.read_from(0) == b"one\n"
    lines.append("two")
    assert watching.read_from(4) == b"two\n"
    assert watching.read_from(8) == b""


def test_a_line_that_is_being_written_waits(tmp_path: Path) -> None:
    (tmp_path / "l").write_bytes(b"one\ntw")
    assert open_lines(tmp_path / "l").read_from(0) == b"one\n"
    assert open_lines(tmp_path / "l").read_from(4) == b""
    assert (tmp_path / "l").read_bytes() == b"one\ntw"


@pytest.mark.parametrize("now", [b"", b"one\n"])
def test_other_lines_than_before_are_told(tmp_path: Path, now: bytes) -> None:
    (tmp_path / "l").write_bytes(now)
    assert open_lines(tmp_path / "l").read_from(8) is None
    (tmp_path / "l").unlink()
    assert open_lines(tmp_path / "l").read_from(8) is None
