"""The cue lists of contrast pairs: which words turn a statement round, and which change along with them.

One file a language in `lexicons`, the project's own. `role`, then words: `negator` (leave or enter and the statement
is denied), `carrier` (function words that come and go with a negation), pairs of opposites, `forms` of one word,
`ending`s of inflection, `number` words with their value, and the words beside a number that make it no content. `*`
after a stem stands for any ending, `_` for a space.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

LEXICONS = Path(__file__).parent / "lexicons"
LANGUAGES = ("en", "de", "fr", "es")
_MIN_STEM = 3  # letters two forms of a word share: "go" and "gone" need an entry
_MIN_PREFIXED = 4  # letters a word must have to be denied by a prefix: not "it" and "unit"


class ContrastKind(StrEnum):
    """What was turned round."""

    NEGATION = "negation"
    WITH_WITHOUT = "with_without"
    COMPARISON = "comparison"
    ANTONYM = "antonym"
    NUMBER = "number"


_PAIRS = (ContrastKind.WITH_WITHOUT, ContrastKind.COMPARISON, ContrastKind.ANTONYM)
Side = tuple[int, bool]  # the entry of a pair, and whether it is its right side


@dataclass(frozen=True, slots=True)
class Cues:
    """The cues of one language, made for look-ups by word."""

    words: Mapping[str, frozenset[str]]  # role -> words
    opposites: Mapping[str, tuple[Side, ...]]  # form or stem* -> where it stands
    kinds: tuple[ContrastKind, ...]  # of each entry
    suffixes: tuple[tuple[str, str], ...]
    forms: Mapping[str, frozenset[int]]
    numbers: Mapping[str, str]
    phrases: Mapping[str, tuple[tuple[str, ...], ...]]  # first word -> phrases, the longest first

    def find_opposition(self, left: str, right: str) -> ContrastKind | None:
        """What kind of opposites two words are, if they are."""
        there = set(self._sides(right))
        entry = min((entry for entry, side in self._sides(left) if (entry, not side) in there), default=None)
        if entry is not None:
            return self.kinds[entry]
        return ContrastKind.NEGATION if self._is_denied(left, right) or self._is_denied(right, left) else None

    def is_inflection(self, left: str, right: str) -> bool:
        """Whether two words can be forms of one: same stem and two endings, or listed together."""
        if self.forms.get(left, _NOWHERE) & self.forms.get(right, _NOWHERE):
            return True
        left, right = left.translate(_UMLAUTS), right.translate(_UMLAUTS)
        shared = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), _shorter(left, right))
        return any(
            self._is_ending(left[cut:], left[cut - 1]) and self._is_ending(right[cut:], right[cut - 1])
            for cut in range(shared, _MIN_STEM - 1, -1)
        )

    def join_phrases(self, words: list[str]) -> list[str]:
        """The words with each listed phrase as one, its words joined by a space."""
        joined: list[str] = []
        i = 0
        while i < len(words):
            found = next((p for p in self.phrases.get(words[i], ()) if tuple(words[i : i + len(p)]) == p), (words[i],))
            joined.append(" ".join(found))
            i += len(found)
        return joined

    def _sides(self, word: str) -> Iterable[Side]:
        yield from self.opposites.get(word, ())
        for cut in range(2, len(word) + 1):
            stems = self.opposites.get(word[:cut] + "*")
            if stems and self._is_ending(word[cut:], ""):
                yield from stems

    def _is_ending(self, rest: str, before: str) -> bool:
        endings = self.words["ending"]
        return not rest or rest in endings or (rest[0] == before and rest[1:] in endings)

    def _is_denied(self, word: str, denied: str) -> bool:
        """Whether one word is the other with a denying prefix, or with the opposite suffix."""
        if {word, denied} & self.words["prefix_exception"]:
            return False
        prefix = denied.removesuffix(word)
        if len(word) >= _MIN_PREFIXED and prefix != denied and prefix in self.words["prefix"]:
            return True
        return any(self._stem(word, affirming) & self._stem(denied, denying) for affirming, denying in self.suffixes)

    def _stem(self, word: str, suffix: str) -> frozenset[str]:
        """What stands before a suffix, whatever ending follows it; empty where the word has it not."""
        stem, found, rest = word.rpartition(suffix)
        return frozenset([stem]) if found and len(stem) >= _MIN_STEM and self._is_ending(rest, "") else frozenset()


_NOWHERE: frozenset[int] = frozenset()
_UMLAUTS = str.maketrans("äöüáéíóúâêîôûèëï", "aouaeiouaeioueei")


@cache
def load_cues(language: str) -> Cues:
    """The cues of one of `LANGUAGES`."""
    lines = (LEXICONS / f"{language}.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [(role, _split(left), _split(right)) for role, left, right in (line.split("\t") for line in lines)]
    words: defaultdict[str, set[str]] = defaultdict(set)
    for role, left, _ in rows:
        words[role].update(left)
    pairs = [(ContrastKind(role), left, right) for role, left, right in rows if role in _PAIRS]
    return Cues(
        words=defaultdict(frozenset, {role: frozenset(forms) for role, forms in words.items()}),
        opposites=_index_sides((left, right) for _, left, right in pairs),
        kinds=tuple(kind for kind, _, _ in pairs),
        suffixes=tuple((left[0], right[0]) for role, left, right in rows if role == "suffix_pair"),
        forms=_index_forms(left for role, left, _ in rows if role == "forms"),
        numbers={word: left[0] for role, left, right in rows if role == "number" for word in right},
        phrases=_index_phrases(word for _, left, right in rows for word in (*left, *right) if " " in word),
    )


def _split(cell: str) -> list[str]:
    return [word.replace("_", " ") for word in cell.split()]


def _shorter(left: str, right: str) -> int:
    return min(len(left), len(right))


def _index_sides(pairs: Iterable[tuple[list[str], list[str]]]) -> Mapping[str, tuple[Side, ...]]:
    index: defaultdict[str, list[Side]] = defaultdict(list)
    for entry, sides in enumerate(pairs):
        for is_right, forms in enumerate(sides):
            for form in forms:
                index[form].append((entry, bool(is_right)))
    return {form: tuple(sides) for form, sides in index.items()}


def _index_forms(groups: Iterable[list[str]]) -> Mapping[str, frozenset[int]]:
    index: defaultdict[str, set[int]] = defaultdict(set)
    for group, forms in enumerate(groups):
        for form in forms:
            index[form].add(group)
    return {form: frozenset(groups) for form, groups in index.items()}


def _index_phrases(phrases: Iterable[str]) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    index: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    for phrase in phrases:
        words = tuple(phrase.split(" "))
        index[words[0]].add(words)
    return {first: tuple(sorted(some, key=lambda words: (-len(words), words))) for first, some in index.items()}
