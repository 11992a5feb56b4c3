"""Numbers that say something, and numbers that only count the page: dates, clocks, counters, labels, price tags.

A page fetched twice differs in the latter; they never make a contrast. Decided by the shape of a number, the words
beside it, and whether it stands in a sentence or in a short line of page furniture.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from provenance.dedup.contrast.cues import Cues

_GROUPED = re.compile(r"[.,'](?=\d{3}(?!\d))")
_THOUSANDS = re.compile(r"\d{1,3}([.,]\d{3})+")
_DAY_AND_MONTH = re.compile(r"\d{1,2}\.\d{1,2}")
_CLOCK = re.compile(r":\d\d")  # "3:1" is a score
_CENTS = re.compile(r"[.,]\d\d$")
_MINUTES = re.compile(r"h\d\d")
_FRACTIONS = frozenset(("1/2", "1/3", "1/4", "2/3", "3/4"))
_SHORT_LINE = 8  # words of a line without a full stop that make it furniture: a counter, a label, a tag
_ID_DIGITS = 7  # digits written without a mark from which on a number is an id
_YEARS = range(1000, 2101)  # four digits alone are a year after a word like "in"
_RECENT_YEARS = range(1900, 2101)  # and without one
_CURRENCY = "€$£¥"
_VOTED_REACH = 7  # words from a count to what was voted: "41 people found this review helpful"
_PHONE_DIGITS = 6  # of two groups of digits with a space between, the second not of three
_BESIDE_TAG = 6  # words between a price and the words of a shop


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text in its folded form and where its words stand in it."""

    text: str
    words: Sequence[str]
    spans: Sequence[tuple[int, int]]


def find_value(word: str, numbers: Mapping[str, str]) -> str | None:
    """The value of a number in digits or as a word; null for any other word."""
    if not word[:1].isdigit():
        return numbers.get(word)
    plain = _GROUPED.sub("", word).replace(",", ".")
    return plain.rstrip("0").rstrip(".") if plain.count(".") == 1 else plain


def is_content(spelled: Spelled, i: int, cues: Cues) -> bool:
    """Whether word `i`, a number, is part of what the text says."""
    neighbours = _Neighbours(spelled, i, cues)
    return not (
        _is_stamp(spelled.words[i])
        or neighbours.is_year()
        or neighbours.is_time()
        or neighbours.is_counter()
        or neighbours.is_label()
        or neighbours.is_price_tag()
        or neighbours.is_in_a_row()
    )


def _is_stamp(number: str) -> bool:
    """By shape: clock, date, version, rating, range of dates, id."""
    if number in _FRACTIONS or _THOUSANDS.fullmatch(number):
        return False
    n_digits = sum(map(str.isdigit, number))
    marks = number.count("-") > 1 or number.count(".") > 1 or _CLOCK.search(number) or "/" in number
    return bool(marks) or (n_digits >= _ID_DIGITS and not re.search("[.,]", number))


class _Neighbours:
    """What stands beside a number."""

    def __init__(self, spelled: Spelled, i: int, cues: Cues) -> None:
        self.spelled, self.i, self.roles = spelled, i, cues.words
        self.numbers = cues.numbers
        self.start, self.end = spelled.spans[i]

    def is_year(self) -> bool:
        number = self.spelled.words[self.i]
        if not (number.isdigit() and len(number) == 4):
            return False
        if int(number) in _YEARS and self._near("year_before", -1):
            return not self._near("currency", 1)
        return int(number) in _RECENT_YEARS and not self._near("currency", 1)

    def is_time(self) -> bool:
        if self._near("month", -2, -1, 1, 2) or self._near("weekday", -2, -1, 1):
            return True
        if self._near("clock", 1) or self._near("stamp", -1, -2, -3) or _MINUTES.fullmatch(self._word(1)):
            return True
        if self._word(1) in ("a", "p") and self._word(2) == "m":
            return True
        if self._near("month", 3) and self._near("ordinal", 1, 2):
            return True
        number = self.spelled.words[self.i]
        if _DAY_AND_MONTH.fullmatch(number) and self.spelled.text[self.end : self.end + 1] == ".":
            return True
        if "-" in number and (self._in_furniture() or self._near("hours", -1, -2)):
            return True
        aged = self._near("age_before", -1) or self._near("age_after", 2, 3)
        hour = self._near("clock_hours", 1) or self._near("clock_lead", -2) or self._closes()
        after_at = self._near("clock_before", -1) and hour
        return (aged and self._near("time_unit", 1, 2)) or after_at

    def is_counter(self) -> bool:
        if self._near("counter", 1, 2, 3) or self._near("voted", *range(2, _VOTED_REACH + 1)):
            return True
        if not self._in_furniture():
            return False
        return self._near("counter", -1) or self._near("soft_counter", -2, -1, 1, 2)

    def is_label(self) -> bool:
        if self._near("label", -1) or (self._near("label", -2) and self._near("label", -1)):
            return True
        counted = self._in_furniture() or "-" in self.spelled.words[self.i]
        return "#" in self._before() or "©" in self._line() or (counted and self._is_part_of_whole())

    def is_price_tag(self) -> bool:
        symbols = self._before() + self.spelled.text[self.end : self.end + 2]
        priced = self._near("currency", 1) or any(sign in symbols for sign in _CURRENCY)
        exact = _CENTS.search(self.spelled.words[self.i]) is not None
        return priced and (exact or self._in_furniture() or self._near("cart", *range(-_BESIDE_TAG, _BESIDE_TAG + 1)))

    def is_in_a_row(self) -> bool:
        """A number between numbers is a table, a pager or a telephone."""
        if self._is_split(self.i - 1) or self._is_split(self.i):
            return True
        around = [self._is_number(step) for step in (-2, -1, 1, 2)]
        return all(around[:2]) or all(around[2:]) or all(around[1:3])

    def _is_split(self, first: int) -> bool:
        """Whether this word and the next are one long number written in groups, as telephones are."""
        if not 0 <= first < len(self.spelled.words) - 1:
            return False
        one, other = self.spelled.words[first : first + 2]
        gap = self.spelled.text[self.spelled.spans[first][1] : self.spelled.spans[first + 1][0]]
        grouped = one.isdigit() and other.isdigit() and gap in (" ", "\u00a0") and len(other) != 3
        return grouped and len(one + other) >= _PHONE_DIGITS

    def _near(self, role: str, *steps: int) -> bool:
        words = self.roles[role]
        return any(self._word(step) in words for step in steps if step)

    def _word(self, step: int) -> str:
        place = self.i + step
        return self.spelled.words[place] if 0 <= place < len(self.spelled.words) else ""

    def _is_number(self, step: int) -> bool:
        return self._word(step)[:1].isdigit()

    def _before(self) -> str:
        return self.spelled.text[max(self.start - 2, 0) : self.start]

    def _closes(self) -> bool:
        return self.spelled.text[self.end : self.end + 1] in (".", ",", ";", "!", "?", "\n", "")

    def _is_part_of_whole(self) -> bool:
        return (self._near("page_of", 1) and self._is_number(2)) or (self._near("page_of", -1) and self._is_number(-2))

    def _line(self) -> str:
        text = self.spelled.text
        after = text.find("\n", self.end)
        return text[text.rfind("\n", 0, self.start) + 1 : after if after >= 0 else len(text)]

    def _in_furniture(self) -> bool:
        line = self._line().strip()
        return len(line.split()) <= _SHORT_LINE and not line.endswith((".", "!", "?"))
