"""Weights for one language, and for each length what they are worth and where the thresholds lie.

The weights are fitted on all lengths together, where there is most to learn from; how far apart the labels then lie
grows with the length, so slope, shift and thresholds are found for each stratum.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from provenance.models.calibration import Mark, Stratum, Term
from provenance.train.logistic import Additive, Flags, Floats, balance, fit_additive, temper
from provenance.train.options import AxisOptions, FitOptions
from provenance.train.reference import ReferenceOptions, Thresholds, choose_thresholds, guiding_registers


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows whose first signal was measured, as arrays; `positive` is all false for references."""

    values: Floats
    positive: Flags
    frame: pl.DataFrame

    def pick(self, rows: npt.NDArray[np.bool_]) -> "_Part":
        return _Part(self.values[rows], self.positive[rows], self.frame.filter(pl.Series(rows)))


def fit_strata(
    language: str,
    labelled: pl.DataFrame,
    humans: pl.DataFrame,
    marks: tuple[Mark, ...],
    chosen: AxisOptions,
    options: FitOptions,
) -> list[Stratum]:
    """The strata of one language; none where a label has fewer than `min_documents`."""
    part, reference = _read(labelled, chosen.signals), _read(humans, chosen.signals)
    if min(part.positive.sum(), (~part.positive).sum()) < options.min_documents:
        return []
    weights = balance(part.positive, part.frame["domain"].to_list())
    groups = part.frame["group"].to_numpy().astype(str)
    fitted = fit_additive(part.values, part.positive, weights, groups, strength=options.strength)
    strata = []
    for low, high in zip(options.edges, [*options.edges[1:], None], strict=True):
        rows = _enough(part, low, high, options.min_documents)
        here = _Part(part.values[rows], part.positive[rows], part.frame.filter(pl.Series(rows)))
        inside = _within(reference.frame, low, high)
        guided = guiding_registers(reference.frame.filter(pl.Series(inside))["register"], chosen.reference)
        known = reference.pick(inside) if guided else reference
        tempered = _temper(fitted.pick(rows), here, known, chosen.reference)
        terms = _terms(chosen.signals, tempered, options.clip)
        found = _choose(here, tempered, known.frame, marks, terms, chosen.reference)
        measured = {"slope_on_unseen": round(tempered.slope, 4), **found.measured}
        bounds = (found.human_below, found.positive_above)
        strata.append(Stratum(language, low, high, chosen.signals[0], terms, *bounds, measured))
    return strata


def _enough(part: _Part, low: int, high: int | None, least: int) -> npt.NDArray[np.bool_]:
    """The rows of a length; all rows where there are too few positives or negatives of that length."""
    rows = _within(part.frame, low, high)
    few = min((part.positive & rows).sum(), (~part.positive & rows).sum()) < least
    return np.ones(rows.size, dtype=bool) if few else rows


def _within(frame: pl.DataFrame, low: int, high: int | None) -> npt.NDArray[np.bool_]:
    words = frame["n_words"].to_numpy()
    inside: npt.NDArray[np.bool_] = (words >= low) & (words < (np.inf if high is None else high))
    return inside


def _temper(fitted: Additive, part: _Part, reference: _Part, options: ReferenceOptions) -> Additive:
    """Evidence tempered on unseen positives and the registers that guide: what a score says is said of such texts."""
    guides = guiding_registers(reference.frame["register"], options)
    domains = part.frame["domain"]
    if not guides:
        return temper(fitted, fitted.unseen, part.positive, balance(part.positive, domains.to_list()))
    guiding = reference.pick(reference.frame["register"].is_in(guides).to_numpy())
    llrs = np.concatenate([fitted.unseen[part.positive], fitted.apply(guiding.values)])
    positive = np.arange(llrs.size) < part.positive.sum()
    cells = [*domains.filter(pl.Series(part.positive)), *guiding.frame["register"]]
    return temper(fitted, llrs, positive, balance(positive, cells))


def _choose(
    part: _Part,
    fitted: Additive,
    humans: pl.DataFrame,
    marks: tuple[Mark, ...],
    terms: tuple[Term, ...],
    options: ReferenceOptions,
) -> Thresholds:
    reference = humans.select("register", pl.Series("llr", _sum_nats(humans, terms) + sum_marks(humans, marks)))
    unseen = fitted.unseen + sum_marks(part.frame, marks)
    return choose_thresholds(reference, unseen[part.positive], options)


def _read(frame: pl.DataFrame, signals: tuple[str, ...]) -> _Part:
    known = frame.filter(pl.Series(~np.isnan(_column(frame, signals[0]))))
    values = np.column_stack([_column(known, signal) for signal in signals])
    positive = known["positive"].to_numpy() if "positive" in known.columns else np.zeros(known.height, dtype=bool)
    return _Part(values, positive, known)


def _terms(signals: tuple[str, ...], fitted: Additive, clip: float) -> tuple[Term, ...]:
    rows = zip(signals, fitted.weights, fitted.centres, strict=True)
    return tuple(Term(signal, round(float(w), 5), round(float(c), 6), clip) for signal, w, c in rows)


def _sum_nats(frame: pl.DataFrame, terms: tuple[Term, ...]) -> Floats:
    total = np.zeros(frame.height)
    for term in terms:
        nats = np.clip(term.weight * (_column(frame, term.signal) - term.centre), -term.clip, term.clip)
        total = total + np.nan_to_num(nats)
    return total


def sum_marks(frame: pl.DataFrame, marks: tuple[Mark, ...]) -> Floats:
    """The nats of the marks of each row."""
    total = np.zeros(frame.height)
    for mark in marks:
        values, nats = _column(frame, mark.signal), np.zeros(frame.height)
        for level in mark.levels:
            nats[values >= level.at_least] = level.nats
        total = total + nats
    return total


def _column(frame: pl.DataFrame, name: str) -> Floats:
    if name not in frame.columns:
        return np.full(frame.height, np.nan)
    return frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy().astype(np.float64, copy=False)
