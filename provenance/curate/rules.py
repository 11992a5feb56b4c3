"""What a curated subset keeps, and why a document is left out: the closed set every report counts by."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Choice = Literal["keep", "drop"]


class LeftOut(StrEnum):
    """Why a document is not in the subset, in the order the rules are asked."""

    TRUNCATED = "truncated"  # the page was cut when it was captured
    LANGUAGE = "language"  # none of the languages asked for
    LANGUAGE_SCORE = "language_score"  # the identifier is not sure enough of the language
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    EXACT_DUPLICATE = "exact_duplicate"  # the same text as an earlier capture
    NEAR_DUPLICATE = "near_duplicate"  # nearly the text of an earlier capture
    AI_SCORE = "ai_score"  # probably AI-generated
    MT_SCORE = "mt_score"  # probably machine-translated
    UNDETERMINED = "undetermined"  # origin not told, and only told ones are wanted


@dataclass(frozen=True, slots=True)
class CurateRules:
    """The rules of a subset; `default.toml` beside this file tells of each.

    Word limits are those of Gopher (Rae et al. 2021, A1.1), the language score that of CCNet (Wenzek et al. 2020,
    2.3). A kept document's sampling weight is ((1 - ai_score) (1 - mt_score)) ** weight_power, after Drayson et al.
    2025; a document with neither score weighs `undetermined_weight`, with one of them its square root for the other.
    """

    truncated: Choice = "keep"
    languages: tuple[str, ...] = ()
    min_language_score: float = 0.5
    min_words: int = 50
    max_words: int = 100_000
    exact_duplicates: Choice = "drop"
    near_duplicates: Choice = "drop"
    max_ai_score: float = 0.5
    max_mt_score: float = 0.5
    undetermined: Choice = "keep"
    weight_power: float = 1.0
    undetermined_weight: float = 0.81

    def __post_init__(self) -> None:
        for name in ("min_language_score", "max_ai_score", "max_mt_score", "undetermined_weight"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name} must lie between 0 and 1, not {getattr(self, name)!r}")
        if not 0 <= self.min_words <= self.max_words:
            raise ValueError(f"min_words {self.min_words} must lie between 0 and max_words {self.max_words}")
        if not 0.0 <= self.weight_power < float("inf"):
            raise ValueError(f"weight_power must not be negative, not {self.weight_power!r}")
