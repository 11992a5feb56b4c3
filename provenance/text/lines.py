"""What stands in each line of many texts: words of which kinds, signs, how wide it is, how it begins and ends.

Words are those of `provenance.text.words.WORD`. All counts come from one classification of the code points.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from provenance.text.scripts import N_SCRIPTS, script_table
from provenance.text.shingles import JOINERS, Codes, Positions, classify_characters
from provenance.text.small_words import are_small

BLANK, BREAK, TAB, LOWER, UPPER, DIGIT, SINGLE, JOINER = range(1, 9)
STOP, COMMA, CLOSER, EMPHASIS, CODE, BAR, OPEN = range(9, 16)
_LETTER = 1  # of `classify_characters`; 2 are characters of scripts without spaces
_SIGNS = {
    BLANK: " \u00a0\r\u3000\u2028\u2029",
    BREAK: "\n",
    TAB: "\t",
    JOINER: JOINERS,
    STOP: ".!?…؟।。！？",
    COMMA: ",:，：、",
    CLOSER: '"”»)]」』）*',
    EMPHASIS: "_`~",
    CODE: "{}[<>=\\;$@^+&%/#",
    BAR: "|·•›→",
    OPEN: "(",
}
_EDGE = 8  # how far from its ends a line is looked into

Classes = NDArray[np.uint8]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of several texts, one after the other; those of text i are numbers `offsets[i]` to `offsets[i + 1]`.

    `words`, `numbers` (begin with a digit), `capitals` (begin with a capital), `small` (of the list of small words),
    `singles` (characters of scripts without spaces, which are words, too), `signs` (of code), `bars` (bars, bullets and
    inner tabs) are counts; `width` is in columns, `indent` in leading blanks, 8 at most; `first` and `last` are the
    classes of the first character that is no blank, and of the last that is no blank and no closing mark.
    `scripts[i]` counts the words of text i by script.
    """

    offsets: Positions
    words: Positions
    numbers: Positions
    capitals: Positions
    small: Positions
    singles: Positions
    signs: Positions
    bars: Positions
    width: Positions
    indent: Positions
    first: Classes
    last: Classes
    scripts: Positions


def read_lines(texts: Sequence[str]) -> Lines:
    """The lines of each text; a text is read alone, an empty one is one empty line."""
    codes = np.frombuffer(("\n".join(texts) + "\n").encode("utf-32-le"), np.uint32)
    classes = class_table().take(codes)
    breaks = np.flatnonzero(classes == BREAK)
    bounds = np.concatenate([np.zeros(1, np.int64), breaks + 1])
    sizes = np.cumsum(np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts)))
    offsets = np.searchsorted(bounds, np.concatenate([np.zeros(1, np.int64), sizes]))
    inside = _find_inside(classes)
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    starts, ends = edges[0::2], edges[1::2]
    singles = np.flatnonzero(classes == SINGLE)
    first_word, first_single = np.searchsorted(starts, bounds), np.searchsorted(singles, bounds)
    kinds = classes[starts]
    n_singles = np.diff(first_single)
    begins, indent = _look_in(classes, bounds)
    return Lines(
        offsets=offsets,
        words=np.diff(first_word) + n_singles,
        numbers=_count_between(kinds == DIGIT, first_word),
        capitals=_count_between(kinds == UPPER, first_word),
        small=_count_between(are_small(codes, starts, ends), first_word),
        singles=n_singles,
        signs=_count_flags(_find_signs(classes, inside), bounds),
        bars=_count_flags(_find_bars(classes), bounds),
        width=np.diff(bounds) - 1 + n_singles,
        indent=indent,
        first=begins,
        last=_look_back(classes, bounds),
        scripts=_count_scripts(codes, starts, first_word[offsets])
        + _count_scripts(codes, singles, first_single[offsets]),
    )


def _find_inside(classes: Classes) -> Flags:
    """Which characters stand inside a word of a script with spaces; one more at each end, that do not."""
    inside = np.zeros(len(classes) + 2, bool)
    letter = (classes >= LOWER) & (classes <= DIGIT)
    inside[1:-1] = letter
    inside[2:-2] |= (classes[1:-1] == JOINER) & letter[:-2] & letter[2:]
    return inside


def _find_signs(classes: Classes, inside: Flags) -> Flags:
    """Signs of code; marks between two words without a blank, not before digits; brackets after a name."""
    after, before = inside[:-2], inside[2:].copy()
    before[:-1] &= classes[1:] != DIGIT
    tight = (classes == STOP) | (classes == COMMA) | (classes == EMPHASIS)
    signs: Flags = (classes == CODE) | (tight & after & before) | ((classes == OPEN) & after)
    return signs


def _find_bars(classes: Classes) -> Flags:
    """Bars, bullets, and tabs after something."""
    bars: Flags = classes == BAR
    bars[1:] |= (classes[1:] == TAB) & ((classes[:-1] == 0) | (classes[:-1] > TAB))
    return bars


def _count_flags(flags: Flags, bounds: Positions) -> Positions:
    return np.diff(np.searchsorted(np.flatnonzero(flags), bounds))


def _count_between(flags: Flags, bounds: Positions) -> Positions:
    return np.diff(np.concatenate([np.zeros(1, np.int64), np.cumsum(flags)])[bounds])


def _look_in(classes: Classes, bounds: Positions) -> tuple[Classes, Positions]:
    """The class of each line's first character that is no blank, and how many stand before it."""
    indent = np.zeros(len(bounds) - 1, np.int64)
    for step in range(_EDGE):
        blank = classes[np.minimum(bounds[:-1] + step, len(classes) - 1)]
        indent += (indent == step) & ((blank == BLANK) | (blank == TAB))
    return classes[np.minimum(bounds[:-1] + indent, len(classes) - 1)], indent


def _look_back(classes: Classes, bounds: Positions) -> Classes:
    """The class of each line's last character that closes nothing; 0 where none is near."""
    last = np.zeros(len(bounds) - 1, np.uint8)
    for step in range(2, _EDGE + 2):
        at = bounds[1:] - step
        found = np.where(at >= bounds[:-1], classes[np.maximum(at, 0)], 0)
        skipped = _passes_over()[found]
        last = np.where((last == 0) & ~skipped, found, last)
    return last


@cache
def _passes_over() -> Flags:
    table = np.zeros(16, bool)
    table[[0, BLANK, TAB, CLOSER, EMPHASIS, JOINER]] = True
    return table


def _count_scripts(codes: Codes, words: Positions, bounds: Positions) -> Positions:
    """For each text, whose words are numbers `bounds[i]` to `bounds[i + 1]`, how many are of each script."""
    n = len(bounds) - 1
    text_of = np.repeat(np.arange(n), np.diff(bounds))
    counted = np.bincount(text_of * N_SCRIPTS + script_table().take(codes[words]), minlength=n * N_SCRIPTS)
    return counted.reshape(n, N_SCRIPTS)


@cache
def class_table() -> Classes:
    """The class of every code point."""
    lower, kinds = classify_characters()
    table = np.zeros(len(lower), np.uint8)
    letters = np.flatnonzero(kinds == _LETTER)
    table[letters] = np.where(lower[letters] == letters, LOWER, UPPER)
    table[[code for code in letters if chr(code).isnumeric()]] = DIGIT
    table[kinds == 2] = SINGLE
    for name, signs in _SIGNS.items():
        table[[ord(sign) for sign in signs]] = name
    return table
