"""How often the detector errs: counts on documents of known origin, and their uncertainty.

Rates are drawn in two steps: whole groups (data sets, generators, hosts) with replacement, since a detector errs by
genre, then a Beta within (Jeffreys' prior: Brown, Cai and DasGupta 2001, Statistical Science 16(2), section 3).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Axis = Literal["ai", "mt"]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ErrorCounts:
    """Documents of known origin in one group, and how many of them the detector flagged."""

    n_reference_human: int
    n_false_positive: int
    n_reference_positive: int
    n_true_positive: int
    group: str = ""


@dataclass(frozen=True, slots=True)
class AxisErrors:
    """Errors of one axis in one language (null: all others); flagged means a score of at least `threshold`.

    `prior` is the share of the synthetic class that the calibration presumes in its scores.
    """

    axis: Axis
    counts: tuple[ErrorCounts, ...]
    language: str | None = None
    threshold: float = 0.5
    prior: float = 0.1

    @property
    def false_positive_rate(self) -> float:
        """Share of human documents flagged, half a document added to either side so that it is never 0 or 1."""
        return _rate(sum(c.n_false_positive for c in self.counts), sum(c.n_reference_human for c in self.counts))

    @property
    def true_positive_rate(self) -> float:
        """Share of synthetic documents flagged, smoothed likewise."""
        positives = sum(c.n_reference_positive for c in self.counts)
        return _rate(sum(c.n_true_positive for c in self.counts), positives)

    def draw_false_positive_rate(self, draws: int, rng: np.random.Generator) -> Floats:
        """`draws` plausible false positive rates, given the counts."""
        return self._draw(lambda c: (c.n_false_positive, c.n_reference_human), draws, rng)

    def draw_true_positive_rate(self, draws: int, rng: np.random.Generator) -> Floats:
        """`draws` plausible true positive rates, given the counts."""
        return self._draw(lambda c: (c.n_true_positive, c.n_reference_positive), draws, rng)

    def _draw(self, pick: Callable[[ErrorCounts], tuple[int, int]], draws: int, rng: np.random.Generator) -> Floats:
        table = np.array([pair for pair in map(pick, self.counts) if pair[1] > 0], dtype=float).reshape(-1, 2)
        if not len(table):
            return rng.beta(0.5, 0.5, size=draws)
        weights = rng.multinomial(len(table), np.full(len(table), 1 / len(table)), size=draws)
        flagged, total = (weights @ table).T
        drawn: Floats = rng.beta(flagged + 0.5, total - flagged + 0.5)
        return drawn


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """The detector's errors by axis and language; none known is allowed and said in the result."""

    axes: tuple[AxisErrors, ...] = ()

    def find(self, axis: Axis, language: str | None) -> AxisErrors | None:
        """The errors counted in this language, else those of all languages, else nothing."""
        known = {errors.language: errors for errors in self.axes if errors.axis == axis}
        return known.get(language, known.get(None))


def _rate(flagged: int, total: int) -> float:
    return (flagged + 0.5) / (total + 1.0)
