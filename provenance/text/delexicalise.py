"""Tokens *delexicalised*: frequent words stay, the rest become the class of their suffix.

What a text is about sits in its rare words, how it is written in the frequent ones: a model over such tokens is
smaller, carries over to other topics, and no source can be read out of it. Language-free: a vocabulary says which
words and suffixes are kept.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from provenance.text.shingles import Codes, Hashes64, Positions
from provenance.text.tokens import MARK, MARKS, NUMBER, Tokens, split_tokens
from provenance.text.windows import Windows

_SUFFIX_MARK = "-"
_OTHER = "x"
_SHORTEST = 5  # letters of a word whose suffix is looked at
_LONGEST_NUMBER = 5
_CODE_BITS = np.uint64(21)
_BEFORE_A, _LETTERS = np.uint32(ord("a") - 1), 1 << 5

Classes = NDArray[np.int32]


@dataclass(frozen=True)
class Vocabulary:
    """The words (lower case, one token each) that stay themselves, and the suffixes of two or three letters."""

    words: tuple[str, ...]
    suffixes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        wrong = [end for end in self.suffixes if len(end) not in (2, 3)]
        if wrong:
            raise ValueError(f"a suffix has two or three letters, not {wrong[0]!r}")

    @classmethod
    def parse(cls, text: str) -> "Vocabulary":
        """A vocabulary of a text with an entry a line; a suffix starts with a hyphen."""
        lines = text.split()
        words = tuple(line for line in lines if not line.startswith(_SUFFIX_MARK))
        return cls(words, tuple(line[1:] for line in lines if line.startswith(_SUFFIX_MARK)))

    def render(self) -> str:
        """The text that `parse` reads."""
        return "".join(f"{line}\n" for line in (*self.words, *(_SUFFIX_MARK + end for end in self.suffixes)))

    @cached_property
    def names(self) -> NDArray[np.object_]:
        """Names of the classes: kept words by hash, `x`, `x-suffix`, `9` to `99999` by digits, marks single, double."""
        numbers = ["9" * digits for digits in range(1, _LONGEST_NUMBER + 1)]
        marks = [*MARKS, *(mark * 2 for mark in MARKS)]
        ends = [f"{_OTHER}-{end}" for length in (3, 2) for end in self._suffixes(length)]
        kept = [self.words[i] for i in self._order]
        return np.array([*kept, _OTHER, *ends, *numbers, *marks], dtype=object)

    def classify(self, tokens: Tokens) -> Classes:
        """The class of each token, a position in `names`."""
        other = len(self.words)
        classes = self._find_words(tokens.hashes)
        lengths = tokens.ends - tokens.starts
        marks, numbers = np.flatnonzero(tokens.kinds == MARK), np.flatnonzero(tokens.kinds == NUMBER)
        missing = classes < 0
        classes[missing] = other
        missing[marks] = missing[numbers] = False
        rest = np.flatnonzero(missing & (lengths >= _SHORTEST))
        classes[rest] = self._classify_suffixes(tokens, tokens.ends[rest])
        first = other + 1 + len(self.suffixes)
        classes[numbers] = first - 1 + np.minimum(lengths[numbers], _LONGEST_NUMBER)
        doubled = len(MARKS) * (lengths[marks] > 1)
        classes[marks] = first + _LONGEST_NUMBER + doubled + _MARK_NUMBER[tokens.codes[tokens.starts[marks]]]
        return classes

    def _classify_suffixes(self, tokens: Tokens, ends: Positions) -> Classes:
        """The classes of the words that end there; those with three letters of a to z at the end from a table."""
        letters = tokens.codes - _BEFORE_A  # wraps around below
        first, second, third = letters[ends - 3], letters[ends - 2], letters[ends - 1]
        plain = np.maximum(np.maximum(first, second), third) < _LETTERS
        classes: Classes = self._plain_suffixes[((first << 10 | second << 5 | third) & (_LETTERS**3 - 1))]
        rest = np.flatnonzero(~plain)
        classes[rest] = self._search_suffixes(tokens.codes, ends[rest])
        return classes

    @cached_property
    def _plain_suffixes(self) -> Classes:
        """The class of words by their last three letters, five bits each."""
        numbers = np.arange(_LETTERS**3, dtype=np.uint32)
        codes = np.column_stack([numbers >> 10, (numbers >> 5) % _LETTERS, numbers % _LETTERS]).ravel() + _BEFORE_A
        return self._search_suffixes(codes, np.arange(3, len(codes) + 1, 3))

    def _search_suffixes(self, codes: Codes, ends: Positions) -> Classes:
        other = len(self.words)
        two = _pack(codes[ends - 2], codes[ends - 1])
        three = _pack(codes[ends - 3], codes[ends - 2], codes[ends - 1])
        found3, found2 = _find(self._packed[3], three), _find(self._packed[2], two)
        n_long = len(self._packed[3])
        short = np.where(found2 >= 0, other + 1 + n_long + found2, other)
        return np.where(found3 >= 0, other + 1 + found3, short).astype(np.int32)

    def _find_words(self, hashes: Hashes64) -> Classes:
        """Positions of the kept words among the classes, -1 for others: two probes of 2^16 slots each."""
        if not self.words:
            return np.full(len(hashes), -1, np.int32)
        place = self._slots[0][(hashes >> np.uint64(48)).astype(np.uint16)]
        missed = np.flatnonzero(self._hashes[place] != hashes)
        second = self._slots[1][(hashes[missed] >> np.uint64(32)).astype(np.uint16)]
        place[missed] = np.where(self._hashes[second] == hashes[missed], second, -1)
        return place

    @cached_property
    def _slots(self) -> tuple[Classes, Classes]:
        first, second = np.zeros(1 << 16, np.int32), np.zeros(1 << 16, np.int32)
        order = np.arange(len(self._hashes), dtype=np.int32)
        first[(self._hashes >> np.uint64(48)).astype(np.uint16)] = order
        late = order[first[(self._hashes >> np.uint64(48)).astype(np.uint16)] != order]
        second[(self._hashes[late] >> np.uint64(32)).astype(np.uint16)] = late
        if len(np.unique((self._hashes[late] >> np.uint64(32)).astype(np.uint16))) < len(late):
            raise ValueError("two words of the vocabulary share both slots; leave one out")
        return first, second

    @cached_property
    def _order(self) -> Positions:
        return np.argsort(_hash_words(self.words), kind="stable")

    @cached_property
    def _hashes(self) -> Hashes64:
        return _hash_words(self.words)[self._order]

    def _suffixes(self, length: int) -> list[str]:
        return sorted(end for end in self.suffixes if len(end) == length)

    @cached_property
    def _packed(self) -> dict[int, Hashes64]:
        """The suffixes as numbers, ascending, by their length."""
        packed = {length: [_pack(*map(ord, end)) for end in self._suffixes(length)] for length in (2, 3)}
        return {length: np.array(ends, np.uint64) for length, ends in packed.items()}


def join_classes(windows: Windows, vocabulary: Vocabulary) -> list[str]:
    """Each window as the names of its tokens' classes, spaces between: what a language model reads."""
    names = vocabulary.names[vocabulary.classify(windows.tokens)].tolist()
    spans = zip(windows.starts.tolist(), windows.ends.tolist(), strict=True)
    return [" ".join(names[start:end]) for start, end in spans]


_MARK_NUMBER = np.zeros(128, np.int32)
for _number, _mark in enumerate(MARKS):
    _MARK_NUMBER[ord(_mark)] = _number


def _hash_words(words: tuple[str, ...]) -> Hashes64:
    tokens = split_tokens(words)
    if not (np.diff(tokens.offsets) == 1).all():
        raise ValueError("each word of a vocabulary must be one token")
    return tokens.hashes


def _find(ordered: Hashes64, wanted: Hashes64) -> Positions:
    """The position of each value in an ascending array, -1 where it is not there."""
    if not len(ordered):
        return np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return np.where(ordered[place] == wanted, place, -1)


def _pack(*codes: "NDArray[np.uint32] | int") -> Hashes64:
    packed: Hashes64 = np.zeros(np.shape(codes[0]), np.uint64)
    for code in codes:
        packed = (packed << _CODE_BITS) | np.asarray(code, np.uint64)
    return packed
