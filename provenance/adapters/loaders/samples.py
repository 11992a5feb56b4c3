"""The text of a sample, whatever lies in its place: an epoch must not end at sample n.

| in place of a text | what becomes of it | problem |
|---|---|---|
| nothing (no such field), None, NaN | no score, undetermined | no text |
| bytes | read as UTF-8; what is no UTF-8 has no score | undecodable |
| a number, a list, anything else | no score, undetermined | not text |
| more than `max_chars` characters | the first `max_chars` are scored | cut |
| emoji only, white space only, a few words | scored as any text: null, undetermined | |

Samples of a ProvenanceDataset go through torch's collate, which takes no number, list or None beside a text: there what
is neither text nor bytes comes out as "" (`give_text`), and where a sample is no mapping it is left out.
"""

from collections.abc import Callable
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


def refuse_problems(problems: NDArray[np.uint8], values: list[Any], name: Callable[[int], str]) -> None:
    """Raises SampleError for the first of `values` that is no text; a text that is cut is one. `name` tells which."""
    for row in np.flatnonzero((problems != 0) & (problems != CUT))[:1].tolist():
        problem = PROBLEMS[problems[row]]
        found = f"{problem} ({type(values[row]).__name__})" if problems[row] == NOT_TEXT else problem
        raise SampleError(
            f"{name(row)}: {found}; mend the corpus, "
            'or say on_error="mark": then it is undetermined and the loop goes on'
        )


def give_text(value: Any) -> str | bytes:
    """What a torch loader gives out in place of a text: it or its bytes as they are, "" for all else."""
    if isinstance(value, str | bytes):
        return value
    return bytes(value) if isinstance(value, bytearray | memoryview) else ""


def _mend(value: Any, max_chars: int) -> tuple[str | None, int]:
    if isinstance(value, bytes | bytearray | memoryview):
        return _decode(bytes(value), max_chars)
    if isinstance(value, str):
        return (value[:max_chars], CUT) if len(value) > max_chars else (str(value), 0)
    missing = value is None or (isinstance(value, float | np.floating) and value != value)
    return None, NO_TEXT if missing else NOT_TEXT


def _decode(raw: bytes, max_chars: int) -> tuple[str | None, int]:
    try:
        return _mend(raw.decode(), max_chars)
    except UnicodeDecodeError:
        return None, UNDECODABLE
