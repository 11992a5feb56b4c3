"""What genre a document reads like, and what that means: the offset, the thresholds and the humans it is held against.

False-positive rates hold against a named human reference only. Thresholds are conformal for each genre as it is
*told* (Mondrian taxonomy: Vovk, Gammerman and Shafer 2005, "Algorithmic learning in a random world", section 4.5), so a
genre told wrongly does not break them; a document between genres takes the most cautious of those it may be of, one
of no known genre the most cautious of all.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from provenance.models.calibration import TAILS, Axis, Reference
from provenance.verdict.values import Flags, Floats, Values, read_values
from provenance.verdict.weighing import Piece, Weighed

GENRE = "genre"
PLAUSIBLE = 0.3  # share of a genre in a document's mix from which on it counts as one it may be of
KNOWN = 0.5  # share that known genres must have together, else the genre is unknown


def find_thresholds(given: pl.DataFrame | Values, axis: Axis, strata: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """`human_below` and `positive_above` of each row: those of its genres, else those of its stratum (`strata`).

    Those of the stratum serve where the genre was not measured, and where the language has no reference that is large
    enough for thresholds.
    """
    table = read_values(given)
    below, above = (each.copy() for each in strata)
    sized = [reference for reference in axis.references if reference.positive_above is not None]
    for language, references in _by_language(sized):
        shares = read_shares(table, references)
        rows = np.flatnonzero(table.is_in(language) & ~np.isnan(shares).all(axis=1))
        plausible = _find_plausible(shares[rows], references)
        highs = np.array([ref.positive_above for ref in references], np.float64)
        lows = np.array([-np.inf if ref.human_below is None else ref.human_below for ref in references])
        above[rows] = np.where(plausible, highs, -np.inf).max(axis=1)
        below[rows] = np.where(plausible, lows, np.inf).min(axis=1)
    return below, above


def find_plausible(table: pl.DataFrame | Values, references: Sequence[Reference]) -> Flags:
    """Rows x references: which of them a document is held against; all where its genre is unknown or not measured."""
    return _find_plausible(read_shares(table, references), references)


def _find_plausible(shares: Floats, references: Sequence[Reference]) -> Flags:
    sized = np.array([ref.positive_above is not None for ref in references])
    plausible = (shares >= PLAUSIBLE) & sized
    unknown = ~((shares * sized).sum(axis=1) >= KNOWN) | ~plausible.any(axis=1)
    found: Flags = plausible | (unknown[:, None] & sized)
    return found


def read_shares(given: pl.DataFrame | Values, references: Sequence[Reference]) -> Floats:
    """Rows x references: the share of each genre in the document's mix, NaN where not measured."""
    table = read_values(given)
    columns = [table[f"{GENRE}_{reference.genre}"] for reference in references]
    return np.column_stack(columns) if columns else np.zeros((table.height, 0))


def weigh_genre(name: str, given: pl.DataFrame | Values, axis: Axis, measured: Flags) -> Piece:
    """What the genre itself is worth; the value is the share of the commonest one."""
    table = read_values(given)
    nats, top = np.zeros(table.height), np.full(table.height, np.nan)
    for language, references in _by_language(axis.references):
        rows = np.flatnonzero(table.is_in(language) & measured)
        shares = read_shares(table, references)[rows]
        offsets = np.array([reference.offset for reference in references])
        nats[rows] = np.nan_to_num(shares * offsets).sum(axis=1)
        top[rows] = shares.max(axis=1)
    return Piece(name, GENRE, GENRE, top, nats, np.zeros(table.height))


def count_of_thousand(reference: Reference, llr: float) -> float:
    """How many of 1,000 human documents of the reference score at least `llr`; never less than one of it and one more.

    NaN for a reference without quantiles, and of NaN.
    """
    if not reference.quantiles or np.isnan(llr):
        return float("nan")
    rising, shares = np.array(reference.quantiles), np.array(TAILS[: len(reference.quantiles)])
    least = 1.0 / (reference.n_documents + 1)
    share = least if llr > rising[-1] else max(float(np.interp(llr, rising, shares)), least)
    return 1000.0 * share


def _by_language(references: Sequence[Reference]) -> list[tuple[str, list[Reference]]]:
    languages = dict.fromkeys(reference.language for reference in references)
    return [(name, [ref for ref in references if ref.language == name]) for name in languages]


def add_piece(weighed: Weighed, piece: Piece) -> Weighed:
    """The evidence with one piece more."""
    pieces = (*weighed.pieces, piece)
    return replace(weighed, pieces=pieces, llr=weighed.llr + piece.nats)
