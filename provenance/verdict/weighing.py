"""Signal values to evidence in nats, additive, row for row; only sums and products, so that no batch changes a bit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import numpy.typing as npt
import polars as pl

from provenance.models.calibration import Axis, DateWorth, Mark, Stratum
from provenance.verdict.options import VerdictOptions
from provenance.verdict.values import Flags, Floats, Values, read_values

FIRST_SEEN = "first_seen"
PROSE = "prose_share"


@dataclass(frozen=True, slots=True)
class Piece:
    """What one signal says on one axis: a value and its worth for every row; 0 nats where it says nothing."""

    axis: str
    signal: str
    column: str
    values: Floats
    nats: Floats
    centres: Floats


@dataclass(frozen=True, slots=True)
class Weighed:
    """An axis for a batch: the pieces, their sum, where the text was measured, where a mark declares, the stratum.

    `scored` tells where there is a score: measured, declared, or a mark speaks loud enough without either.
    """

    pieces: tuple[Piece, ...]
    llr: Floats
    measured: Flags
    declared: Flags
    scored: Flags
    stratum: npt.NDArray[np.int64]


def weigh_axis(name: str, table: Values, axis: Axis, options: VerdictOptions) -> Weighed:
    """The evidence of an axis; a signal that is absent is null.

    What is too short, or by its `prose_share` not prose, is not measured; a null share says nothing.
    """
    stratum = find_strata(table, axis.strata)
    needed = _needed_values(table, axis.strata, stratum)
    enough = table.n_words >= options.min_words
    not_prose = table[PROSE] < options.min_prose  # false for NaN
    measured = (stratum >= 0) & ~np.isnan(needed) & enough & ~not_prose
    terms = [_weigh_term(name, signal, table, axis.strata, stratum, measured) for signal in _signals(axis.strata)]
    marks = [_weigh_mark(name, table, mark) for mark in axis.marks]
    pieces = (*terms, *marks)
    declared = _reach([mark.declares_from for mark in axis.marks], marks, table.height)
    scored = measured | declared | _reach([mark.scores_from for mark in axis.marks], marks, table.height)
    return Weighed(pieces, _sum(pieces, table.height), measured, declared, scored, stratum)


def _reach(bounds: Sequence[float | None], pieces: Sequence[Piece], height: int) -> Flags:
    """The rows where some piece has a value of at least its bound; false for NaN and without a bound."""
    reached = np.zeros(height, dtype=bool)
    for bound, piece in zip(bounds, pieces, strict=True):
        if bound is not None:
            reached |= piece.values >= bound
    return reached


def weigh_first_seen(table: pl.DataFrame, worth: DateWorth, options: VerdictOptions) -> Piece:
    """What an early date says against AI-generated; the value is the year with its fraction.

    `table` holds first_seen, own_first_seen (in the run) and seen_first_seen, seen_kind (in an index; null for nothing
    earlier there). A near copy is worth no more than a date in the grey years, whenever it was captured.
    """
    own = _weigh_dates(table["own_first_seen"], worth, options)
    known = _weigh_dates(table["seen_first_seen"], worth, options)
    near = (table["seen_kind"] == "near").fill_null(False).to_numpy()
    known = np.where(near, np.maximum(known, worth.grey_nats), known)
    first = table["first_seen"]
    years = first.dt.year() + (first.dt.ordinal_day() - 1) / 366.0
    return Piece("ai", FIRST_SEEN, FIRST_SEEN, _floats(years), np.minimum(own, known), np.zeros(len(first)))


def _weigh_dates(dates: pl.Series, worth: DateWorth, options: VerdictOptions) -> Floats:
    before = (dates < _midnight(options.first_seen_cutoff)).fill_null(False).to_numpy()
    before_grey = (dates < _midnight(options.grey_since)).fill_null(False).to_numpy()
    return np.where(before_grey, worth.nats, np.where(before, worth.grey_nats, 0.0))


def find_strata(given: pl.DataFrame | Values, strata: Sequence[Stratum]) -> npt.NDArray[np.int64]:
    """The index of each row's stratum, -1 where its language or length has none."""
    table = read_values(given)
    found = np.full(table.height, -1, dtype=np.int64)
    words = table.n_words
    for language in dict.fromkeys(stratum.language for stratum in strata):
        spoken = table.is_in(language)
        for index, stratum in enumerate(strata):
            if stratum.language == language:
                high = np.inf if stratum.high_words is None else stratum.high_words
                found[spoken & (words >= stratum.low_words) & (words < high)] = index
    return found


def _floats(series: pl.Series) -> Floats:
    return series.cast(pl.Float64).fill_null(np.nan).to_numpy().astype(np.float64, copy=False)


def _signals(strata: Sequence[Stratum]) -> list[str]:
    return list(dict.fromkeys(term.signal for stratum in strata for term in stratum.terms))


def _needed_values(table: Values, strata: Sequence[Stratum], stratum: npt.NDArray[np.int64]) -> Floats:
    needed = np.full(table.height, np.nan)
    for signal in dict.fromkeys(each.needs for each in strata):
        rows = np.isin(stratum, [index for index, each in enumerate(strata) if each.needs == signal])
        needed[rows] = table[signal][rows]
    return needed


def _weigh_term(
    axis: str, signal: str, table: Values, strata: Sequence[Stratum], stratum: npt.NDArray[np.int64], rows: Flags
) -> Piece:
    # Row -1 of these tables, all zeros, serves the rows without a stratum.
    terms = [next((t for t in each.terms if t.signal == signal), None) for each in strata]
    worth = np.array([(t.weight, t.centre, t.clip) if t else (0.0, 0.0, 0.0) for t in [*terms, None]])
    weight, centre, clip = worth[stratum].T
    values = table[signal]
    nats = np.clip(weight * (values - centre), -clip, clip)
    return Piece(axis, signal, signal, values, np.where(rows & ~np.isnan(nats), nats, 0.0), centre)


def _weigh_mark(axis: str, table: Values, mark: Mark) -> Piece:
    values = table[mark.signal]
    nats = np.zeros(table.height)
    for level in mark.levels:
        nats[values >= level.at_least] = level.nats
    return Piece(axis, mark.name, mark.signal, values, nats, np.zeros(table.height))


def _sum(pieces: Sequence[Piece], height: int) -> Floats:
    total = np.zeros(height)
    for piece in pieces:
        total = total + piece.nats
    return total


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
