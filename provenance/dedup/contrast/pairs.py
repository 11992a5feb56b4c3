"""Contrast pairs: near duplicates that differ in a deliberate flip, and are to be kept both.

"With" and "without", "is" and "is not", "open" and "closed", "three" and "five": texts made to differ in one decisive
word look like copies to every similarity of word sets. Two texts are a contrast when all their differences are such
flips, and the agreement these bring; a changed name, date, counter or sentence beside it makes them a copy with edits.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from provenance.dedup.contrast.cues import LANGUAGES, ContrastKind, Cues, load_cues
from provenance.dedup.contrast.quantities import Spelled, find_value, is_content
from provenance.dedup.contrast.spots import Sides, judge_spot

CONTRAST_DTYPE = pl.Struct({"kind": pl.String, "left": pl.String, "right": pl.String})

_MAX_SPOTS = 10  # a flip stands in title, text and summary; a page that differs in more places was edited
_MAX_DISTINCT = 3  # different flips; a deliberate pair turns one thing round, rarely two
_MAX_WORDS = 12  # words of one side of a spot; a longer change is a rewritten sentence
_STRIDE = 16  # equal words passed at once
_ANCHOR = 2  # equal words that end a spot
_GAP = 6  # equal words across which spots are judged as one: a negation reaches from subject to verb
_BEFORE = 6  # words before a spot that are searched for a denial of the same clause
_MAX_CHARS = 100_000  # of what lies between the first and the last difference: bounds the work at some 30 ms a pair
_MAX_LONGER = 2_000  # characters: more than all spots could add (10 spots of 12 words fit)
_CONTEXT = 160  # characters kept on both sides of the difference: what a number counts stands beside it

_WORD = re.compile(r"[^\W\d_]\w*|\d+(?:[.,:/'-]\d+)*")
_UNIFIED = (
    ("’", "'"),
    ("‘", "'"),
    ("ʼ", "'"),
    ("–", "-"),
    ("‑", "-"),
    ("\u00ad", ""),
    ("\u200b", ""),
)  # str.translate is ten times slower
_CONTRACTED = re.compile(r"\b(ca|wo|sha|ai|[a-z]+)n't\b")
_WHOLE = {"ca": "can", "wo": "will", "sha": "shall", "ai": "is"}
_ORDER = tuple(ContrastKind)

Spot = tuple[int, int, int, int]  # where it starts and ends in the words of the left and of the right text


@dataclass(frozen=True, slots=True)
class Contrast:
    """What two texts differ in: the decisive kind of flip and the differing words, spots set apart by "; "."""

    kind: ContrastKind
    left: str
    right: str


def find_contrast(left: str, right: str, language: str | None) -> Contrast | None:
    """The contrast of two texts; null where they differ in anything else or in nothing but marks, case and spaces.

    `language` is a code of ISO 639-1, of `LANGUAGES`; in others nothing is found, and null tries all.
    """
    languages = LANGUAGES if language is None else (language,) if language in LANGUAGES else ()
    if not languages or abs(len(left) - len(right)) > _MAX_LONGER:
        return None
    middles = _cut_equal_ends(left, right)
    if max(map(len, middles)) > _MAX_CHARS:
        return None
    one, other = (_fold(middle) for middle in middles)
    words, others = _WORD.findall(one), _WORD.findall(other)
    spots = _find_spots(words, others)
    if not spots:
        return None
    cues = [load_cues(code) for code in languages]
    return _judge(_Pair(one, other, words, others, spots), cues)


def flag_contrasts(pairs: pl.DataFrame) -> pl.Series:
    """The contrast of each row (columns left, right: texts; language: nullable) as `CONTRAST_DTYPE`, null for none.

    A null text contrasts with nothing.
    """
    columns = (pairs[name].to_list() for name in ("left", "right", "language"))
    found = [
        None if left is None or right is None else find_contrast(left, right, language)
        for left, right, language in zip(*columns, strict=True)
    ]
    rows = [
        contrast and {"kind": contrast.kind.value, "left": contrast.left, "right": contrast.right} for contrast in found
    ]
    return pl.Series("contrast", rows, dtype=CONTRAST_DTYPE)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two folded texts, their words and the spots where these differ."""

    left: str
    right: str
    left_words: Sequence[str]
    right_words: Sequence[str]
    spots: Sequence[Spot]

    def view(self, spot: Spot) -> Sides:
        before = self.left_words[max(spot[0] - _BEFORE, 0) : spot[0]]
        return Sides(before, self.left_words[spot[0] : spot[1]], self.right_words[spot[2] : spot[3]])


def _cut_equal_ends(left: str, right: str) -> tuple[str, str]:
    """Both texts from a little before their first difference to a little after their last, cut between words."""
    shorter = min(len(left), len(right))
    head = _count_equal(left[:shorter], right[:shorter])
    tail = _count_equal(left[::-1][: shorter - head], right[::-1][: shorter - head])
    start = left.rfind(" ", 0, max(head - _CONTEXT, 0)) + 1
    end = left.find(" ", len(left) - max(tail - _CONTEXT, 0))
    keep = len(left) - end if end >= 0 else 0
    return left[start : len(left) - keep], right[start : len(right) - keep]


def _count_equal(left: str, right: str) -> int:
    """Characters two texts of one length begin with alike, by halving: comparing slices is fast."""
    low, high = 0, len(left)
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _fold(text: str) -> str:
    """Lower case, normal form C, one apostrophe, and "n't" written out."""
    text = unicodedata.normalize("NFC", text).lower()
    for variant, one in _UNIFIED:
        text = text.replace(variant, one)
    if "n't" in text:
        text = _CONTRACTED.sub(lambda match: f"{_WHOLE.get(match[1], match[1])} not", text)
    return text.replace("cannot", "can not")


def _find_spots(left: Sequence[str], right: Sequence[str]) -> list[Spot]:
    """Where two rows of words differ; empty where they do not, or in too many or too long spots."""
    spots: list[Spot] = []
    i = j = 0
    while i < len(left) or j < len(right):
        step = _STRIDE if left[i : i + _STRIDE] == right[j : j + _STRIDE] else 1
        if left[i : i + step] == right[j : j + step]:
            i, j = i + step, j + step
            continue
        taken = _find_anchor(left, right, i, j)
        if taken is None or len(spots) == _MAX_SPOTS:
            return []
        spots.append((i, i + taken[0], j, j + taken[1]))
        i, j = i + taken[0], j + taken[1]
    return list(_merge_near(spots))


def _find_anchor(left: Sequence[str], right: Sequence[str], i: int, j: int) -> tuple[int, int] | None:
    """How many words of each side to pass until both go on alike, the fewest first."""
    for total in range(1, 2 * _MAX_WORDS + 1):
        for n in range(max(0, total - _MAX_WORDS), min(total, _MAX_WORDS) + 1):
            one, other = left[i + n : i + n + _ANCHOR], right[j + total - n : j + total - n + _ANCHOR]
            if one == other and i + n <= len(left) and j + total - n <= len(right):
                return n, total - n
    return None


def _merge_near(spots: Sequence[Spot]) -> Iterator[Spot]:
    current: Spot | None = None
    for spot in spots:
        if current and spot[0] - current[1] <= _GAP:
            current = (current[0], spot[1], current[2], spot[3])
        else:
            if current:
                yield current
            current = spot
    if current:
        yield current


def _judge(pair: _Pair, cues: Sequence[Cues]) -> Contrast | None:
    """The contrast by the first language that sees one, if no language knows a changed number for an edit."""
    sides = [pair.view(spot) for spot in pair.spots]
    if len({(tuple(some.left), tuple(some.right)) for some in sides}) > _MAX_DISTINCT:
        return None
    kinds = next((found for found in (_find_kinds(sides, some) for some in cues) if found), None)
    if not kinds or (ContrastKind.NUMBER in kinds and not all(_says_its_numbers(pair, some) for some in cues)):
        return None
    left, right = (" ".join(some.left) for some in sides), (" ".join(some.right) for some in sides)
    return Contrast(min(kinds, key=_ORDER.index), "; ".join(left), "; ".join(right))


def _find_kinds(sides: Sequence[Sides], cues: Cues) -> list[ContrastKind]:
    """The kinds of all flips; empty where a spot is no flip."""
    kinds: list[ContrastKind] = []
    for some in sides:
        flips = judge_spot(some, cues)
        if flips is None:
            return []
        kinds += flips.kinds
    return kinds


def _says_its_numbers(pair: _Pair, cues: Cues) -> bool:
    """Whether every number that changed is content on both sides: a date or a counter that changed is an edit."""
    left, right = _spell(pair.left, pair.left_words), _spell(pair.right, pair.right_words)
    for start, end, other_start, other_end in pair.spots:
        values = {find_value(word, cues.numbers) for word in left.words[start:end]}
        others = {find_value(word, cues.numbers) for word in right.words[other_start:other_end]}
        changed = (values ^ others) - {None}
        ways = ((left, range(start, end)), (right, range(other_start, other_end)))
        for side, places in ways:
            found = (i for i in places if find_value(side.words[i], cues.numbers) in changed)
            if not all(is_content(side, i, cues) for i in found):
                return False
    return True


def _spell(text: str, words: Sequence[str]) -> Spelled:
    return Spelled(text, words, [match.span() for match in _WORD.finditer(text)])
