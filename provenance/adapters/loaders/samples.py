"""The text of a sample, whatever lies in its place: an epoch must not end at sample n.

| in place of a text | what becomes of it | problem |
|---|---|---|
| nothing (no such field), None | no score, undetermined | no text |
| bytes | read as UTF-8; what is no UTF-8 has no score | undecodable |
| a number, a list, anything else | no score, undetermined | not text |
| more than `max_chars` characters | the first `max_chars` are scored | cut |
| emoji only, white space only, a few words | scored as any text: null, undetermined | |
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenance.adapters.loaders.scored import PROBLEMS
from provenance.errors import SampleError

NO_TEXT, NOT_TEXT, UNDECODABLE, CUT = (PROBLEMS.index(name) for name in ("no text", "not text", "undecodable", "cut"))


def find_texts(values: list[Any], max_chars: int) -> tuple[list[str | None], NDArray[np.uint8]]:
    """The text of each sample, null without one, and its problem (index into PROBLEMS)."""
    found = [
        (value, 0) if type(value) is str and len(value) <= max_chars else _mend(value, max_chars) for value in values
    ]
    return [text for text, _ in found], np.array([problem for _, problem in found], np.uint8)


def refuse_problems(problems: NDArray[np.uint8]) -> None:
    """Raises SampleError for the first sample without a text; a text that is cut is one."""
    for row in np.flatnonzero((problems != 0) & (problems != CUT))[:1].tolist():
        raise SampleError(
            f"sample {row} of the batch: {PROBLEMS[problems[row]]}; "
            'with on_error="mark" it is kept as undetermined and the loop goes on'
        )


def _mend(value: Any, max_chars: int) -> tuple[str | None, int]:
    if isinstance(value, bytes | bytearray | memoryview):
        return _decode(bytes(value), max_chars)
    if isinstance(value, str):
        return (value[:max_chars], CUT) if len(value) > max_chars else (str(value), 0)
    missing = value is None or (isinstance(value, float) and value != value)
    return None, NO_TEXT if missing else NOT_TEXT


def _decode(raw: bytes, max_chars: int) -> tuple[str | None, int]:
    try:
        return _mend(raw.decode(), max_chars)
    except UnicodeDecodeError:
        return None, UNDECODABLE
