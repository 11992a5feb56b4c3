"""Where a text in normal form stands in the text as it was written.

Normalising moves places: invisible characters go, ligatures grow, spaces shrink. Both texts are aligned word by word
(words here: what stands between spaces), since no step of it joins or splits these but for rare compatibility forms.
"""

import re
from difflib import SequenceMatcher
from itertools import islice, takewhile
from typing import NamedTuple

import numpy as np
import polars as pl

from provenance.text.normalise import normalise_text
from provenance.text.shingles import Positions

_RUN = re.compile(r"[\S\x1c-\x1f]+")  # Rust's \S, by which texts are normalised
_NORMAL_RUN = re.compile("[^ ]+")
_SLACK = 64  # runs of the text that are looked at, beyond two for each word: some have no normal form


class _Word(NamedTuple):
    """A word in normal form and the place (start, end) of what it was made of; `run` is null if it has no own place."""

    normal: str
    start: int
    end: int
    run: str | None


def align_spans(text: str, normal: str, starts: Positions, ends: Positions) -> tuple[Positions, Positions]:
    """The places in `text`, in code points, of the spans (not empty, ascending) of its normal form `normal`.

    A span maps to its own characters where each character's normal form is known, else to the whole word it stands in.
    """
    if not len(starts):
        return starts, ends
    firsts, lasts = _map_characters(text, normal, int(ends.max()))
    return firsts[starts], lasts[ends - 1]


def _map_characters(text: str, normal: str, length: int) -> tuple[Positions, Positions]:
    """Start and end in `text` of each of the first `length` characters of `normal`; those of its spaces are 0."""
    firsts, lasts = np.zeros(length, np.int64), np.zeros(length, np.int64)
    wanted = list(_NORMAL_RUN.finditer(normal, 0, length))
    if wanted and wanted[-1].end() == length:  # a span may end inside a word
        whole = _NORMAL_RUN.match(normal, wanted[-1].start())
        wanted[-1] = whole or wanted[-1]
    for found, word in zip(wanted, _match_words([found[0] for found in wanted], text), strict=True):
        places = _map_word(word, found[0])
        room = min(found.end(), length) - found.start()
        firsts[found.start() : found.start() + room] = [start for start, _ in places[:room]]
        lasts[found.start() : found.start() + room] = [end for _, end in places[:room]]
    return firsts, lasts


def _match_words(wanted: list[str], text: str) -> list[_Word]:
    """What each wanted word was made of: words that are equal in order; between those, the whole stretch."""
    words = _read_words(text, 2 * len(wanted) + _SLACK)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1].normal, zip(wanted, words, strict=False)))
    found = words[:same]
    rest, others = wanted[same:], words[same:]
    matcher = SequenceMatcher(None, rest, [word.normal for word in others], autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes() if rest else ():
        if kind == "equal" or (kind == "replace" and j - i == m - k):
            found += others[k:m]
        elif j > i:
            found += [_span_of(words, same + k, same + m)] * (j - i)
    return found


def _span_of(words: list[_Word], first: int, last: int) -> _Word:
    """A stretch of words as one place; an empty stretch takes the word beside it."""
    if first >= last:
        first = max(first - 1, 0)
        last = first + 1
    stretch = words[first:last]
    return _Word("", stretch[0].start, stretch[-1].end, None) if stretch else _Word("", 0, 0, None)


def _read_words(text: str, n_runs: int) -> list[_Word]:
    """The words of the first runs of the text, each normalised alone; what has no normal form is left out."""
    runs = list(islice(_RUN.finditer(text), n_runs))
    normals = _normalise([found[0] for found in runs])
    return [
        _Word(part, found.start(), found.end(), found[0] if normal == part else None)
        for found, normal in zip(runs, normals, strict=True)
        for part in normal.split(" ")
        if part
    ]


def _map_word(word: _Word, normal: str) -> list[tuple[int, int]]:
    """The place of each character of a word in normal form."""
    whole = [(word.start, word.end)] * len(normal)
    if word.run is None:
        return whole
    if len(word.run) == len(normal):
        return [(word.start + i, word.start + i + 1) for i in range(len(normal))]
    parts = _normalise(list(word.run))
    if "".join(parts) != normal:
        return whole
    return [(word.start + i, word.start + i + 1) for i, part in enumerate(parts) for _ in part]


def _normalise(texts: list[str]) -> list[str]:
    frame = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)})
    return frame.select(normalise_text(pl.col("text"))).to_series().to_list()
