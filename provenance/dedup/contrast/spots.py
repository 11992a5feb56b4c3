"""Judges one spot where two texts differ: a flip and nothing else, or an edit.

Word by word, the two sides must be equal or opposites. Where that fails they are compared once more without their
negators and the function words these bring ("does not work", "works"; "kein Hund", "ein Hund"): what is left must be
the same words, in forms that agree.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from provenance.dedup.contrast.cues import ContrastKind, Cues
from provenance.dedup.contrast.quantities import find_value

_NE = frozenset(("ne", "n"))  # beside it some French adverbs deny: "plus"
_BEFORE_DENIED = 2  # words from a negator to what it denies: "not cheap", "not very cheap"
_BRING_ARTICLES = {ContrastKind.WITH_WITHOUT, ContrastKind.COMPARISON}  # "avec du sucre", "sans sucre"


@dataclass(frozen=True, slots=True)
class Sides:
    """A spot: its words in both texts, and the words both have just before."""

    before: Sequence[str]
    left: Sequence[str]
    right: Sequence[str]


@dataclass(frozen=True, slots=True)
class Flips:
    """The kinds of the flips of one spot; empty where both sides say the same."""

    kinds: tuple[ContrastKind, ...]


def judge_spot(sides: Sides, cues: Cues) -> Flips | None:
    """The flips that make one side the other; null where the sides differ in anything else."""
    plain = list(sides.left), list(sides.right)
    joined = cues.join_phrases(plain[0]), cues.join_phrases(plain[1])
    whole = Sides(sides.before, *joined)
    return (
        _compare_words(whole, cues)
        or _compare_words(Sides(sides.before, *plain), cues)
        or _compare_denials(whole, cues)
        or _compare_without_carriers(whole, cues)
    )


def _compare_words(sides: Sides, cues: Cues) -> Flips | None:
    found = _align(sides.left, sides.right, cues)
    return Flips(tuple(kind for _, kind in found)) if found else None


def _compare_without_carriers(sides: Sides, cues: Cues) -> Flips | None:
    carriers = cues.words["carrier"]
    left, right = ([word for word in side if word not in carriers] for side in (sides.left, sides.right))
    found = _align(left, right, cues)
    kinds = tuple(kind for _, kind in found or ())
    return Flips(kinds) if _BRING_ARTICLES & set(kinds) else None


def _compare_denials(sides: Sides, cues: Cues) -> Flips | None:
    one, other = _Denied(sides.left, sides.before, cues), _Denied(sides.right, sides.before, cues)
    if not (one.denied or other.denied):
        return None
    found = _align(one.rest, other.rest, cues)
    if found is None:
        return None
    denials = bool(one.negators - other.negators), bool(other.negators - one.negators)
    flipped = denials[0] != denials[1]  # "does not open" and "never opens" deny alike
    places = one.places if denials[0] else other.places
    if flipped and any(0 <= at - place <= _BEFORE_DENIED for at, _ in found for place in places):
        return None  # "not cheap" and "expensive" say the same
    kinds = tuple(kind for _, kind in found)
    return Flips((ContrastKind.NEGATION, *kinds) if flipped else kinds)


def _align(left: Sequence[str], right: Sequence[str], cues: Cues) -> list[tuple[int, ContrastKind]] | None:
    """Where two rows of words are opposites; null if they differ in more than that and in inflection."""
    if len(left) != len(right):
        return None
    found: list[tuple[int, ContrastKind]] = []
    for i, (one, other) in enumerate(zip(left, right, strict=True)):
        if one == other:
            continue
        kind = _oppose(one, other, cues)
        if kind:
            found.append((i, kind))
        elif not _is_same(one, other, cues):
            return None
    return found


def _oppose(left: str, right: str, cues: Cues) -> ContrastKind | None:
    one, other = find_value(left, cues.numbers), find_value(right, cues.numbers)
    if one is not None and other is not None:
        return ContrastKind.NUMBER if one != other else None
    return cues.find_opposition(left, right)


def _is_same(left: str, right: str, cues: Cues) -> bool:
    value = find_value(left, cues.numbers)
    same_number = value is not None and value == find_value(right, cues.numbers)
    return same_number or cues.is_inflection(left, right)


class _Denied:
    """One side without its negators and their carriers: what is left, the negators, and before which word they stood.

    Two negators of one clause deny once ("no hay nada"); where the clause is denied before, a second adds nothing.
    """

    def __init__(self, words: Sequence[str], before: Sequence[str], cues: Cues) -> None:
        negators, carriers = set(cues.words["negator"]), cues.words["carrier"]
        if _NE & set(words):
            negators |= cues.words["negator_with_ne"]
        if negators & set(before):
            negators -= cues.words["concord"]
            carriers |= cues.words["concord"]
        self.rest: list[str] = []
        self.negators: Counter[str] = Counter()
        self.places: list[int] = []
        self.denied = bool(negators & set(before))
        for word in words:
            article = next((stem for stem in cues.words["article"] if _is_article(word, stem)), None)
            if word in negators or article:
                self.negators[article or word] += 1
                self.places.append(len(self.rest))
                self.denied = True
            elif word not in carriers:
                self.rest.append(word)


def _is_article(word: str, stem: str) -> bool:
    """Whether a word is a form of "kein": the stem and an ending of at most two letters."""
    return word.startswith(stem) and len(word) - len(stem) <= 2
