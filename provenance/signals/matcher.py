"""Finds a lexicon's expressions in a text: one Aho-Corasick pass, offsets in code points of the text as it stands.

Source: Aho and Corasick (1975), Efficient string matching. Patterns of scripts written with spaces begin with the
space before them: the automaton then leaves its root at word starts only, which halves the time of a pass.
"""

import hashlib
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import ahocorasick

from provenance.errors import ConfigError

# What may stand between two words or before one, each a single code point: folded to a space.
_BREAKS = '\n\t\r-–—\u00a0\u2010\u2011\u202f(/*"“„«»'
_APOSTROPHE = "’"
# A text in an unspaced script has one of these; a text without them is spared the second pass.
_UNSPACED_MARKS = "。，、！？"
_UNSPACED = ("\u3005", "\u9fff")  # kana and Han


@dataclass(frozen=True, slots=True)
class Pattern:
    """One form to look for, folded, and the number of the lexicon entry it belongs to.

    `anywhere` is a mark that may stand inside a word or a link; the others need word boundaries on both sides.
    """

    form: str
    entry: int
    anywhere: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Where an entry stands: `text[start:end]`, in code points."""

    start: int
    end: int
    entry: int


def fold(text: str) -> str:
    """Lower case, with line breaks, dashes and opening marks as spaces; as long as the text, so that offsets hold."""
    folded = text.lower()
    if len(folded) != len(text):  # U+0130 is the only letter whose lower case is longer
        folded = text.replace("\u0130", "i").lower()
    for sign in _BREAKS:
        folded = folded.replace(sign, " ")
    return folded.replace(_APOSTROPHE, "'")


class Matcher:
    """A compiled lexicon."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        listed = list(patterns)
        self._marks = _automaton((pattern.form, pattern) for pattern in listed if pattern.anywhere)
        words = [pattern for pattern in listed if not pattern.anywhere]
        self._spaced = _automaton((" " + p.form, p) for p in words if not _is_unspaced(p.form))
        self._unspaced = _automaton((p.form, p) for p in words if _is_unspaced(p.form))

    def find(self, folded: str, *, marks: bool = True) -> list[Found]:
        """All entries in a folded text, in order; of two that overlap the longer one stands.

        Without `marks` the forms that may stand anywhere are not looked for: a caller who knows that there are none
        saves a search for each.
        """
        found = [*self._bounded(folded), *self._signs(folded), *(self._inside(folded) if marks else ())]
        return keep_longest(found) if len(found) > 1 else found

    def _bounded(self, folded: str) -> Iterator[Found]:
        if self._spaced is None:
            return
        for last, pattern in self._spaced.iter(" " + folded):  # the added space cancels against the inclusive end
            if not (pattern.form[-1].isalnum() and folded[last : last + 1].isalnum()):
                yield Found(last - len(pattern.form), last, pattern.entry)

    def _signs(self, folded: str) -> Iterator[Found]:
        if self._unspaced is None or not any(mark in folded for mark in _UNSPACED_MARKS):
            return
        for last, pattern in self._unspaced.iter(folded):
            yield Found(last + 1 - len(pattern.form), last + 1, pattern.entry)

    def _inside(self, folded: str) -> Iterator[Found]:
        if self._marks is None:
            return
        for last, pattern in self._marks.iter(folded):
            yield Found(last + 1 - len(pattern.form), last + 1, pattern.entry)


def read_lexicon(path: Path, columns: Sequence[str], sha256: str | None = None) -> list[dict[str, str]]:
    """Rows of a tab-separated lexicon, a value for each column, a word in the first; ConfigError names file and line.

    Raises ConfigError, too, when `sha256` is given and the file's content has another.
    """
    try:
        content = path.read_bytes()
        lines = content.decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: the lexicon cannot be read ({error}); reinstall or name another file") from error
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise ConfigError(f"{path}: changed since the run was told of it (its SHA-256 is not {sha256}); put it back")
    if not lines or lines[0].split("\t") != list(columns):
        raise ConfigError(f"{path}, line 1: expected the columns {', '.join(columns)}, separated by tabs")
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        values = line.split("\t")
        if len(values) != len(columns):
            raise ConfigError(f"{path}, line {number}: {len(values)} values, expected {len(columns)}")
        if not fold(values[0]).strip():
            raise ConfigError(f"{path}, line {number}: no {columns[0]}; give one or take the line out")
        rows.append(dict(zip(columns, values, strict=True)))
    return rows


def _automaton(words: Iterable[tuple[str, Pattern]]) -> ahocorasick.Automaton | None:
    automaton = ahocorasick.Automaton()
    for word, pattern in words:
        if word not in automaton:
            automaton.add_word(word, pattern)
    if not len(automaton):
        return None
    automaton.make_automaton()
    return automaton


def _is_unspaced(form: str) -> bool:
    return any(_UNSPACED[0] <= sign <= _UNSPACED[1] for sign in form)


def keep_longest(found: list[Found]) -> list[Found]:
    """Those that overlap no longer one, of equals the first; in order."""
    kept: list[Found] = []  # in order, none overlaps another, so that only the neighbours are to be asked
    for one in sorted(found, key=lambda f: (f.start - f.end, f.start)):
        at = bisect(kept, one.start, key=lambda f: f.start)
        if not any(one.start < other.end and other.start < one.end for other in kept[max(0, at - 1) : at + 1]):
            kept.insert(at, one)
    return kept
