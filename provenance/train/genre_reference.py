"""Human references by genre: thresholds that people who write in this genre rarely reach, and how they score.

Split conformal by told genre (Vovk et al. 2005, section 4.5): of documents that read like a genre at most a share
`rate` lies above its threshold, and of those of one source (a site, a set) at most `source_rate`, since sources of a
genre differ more than their documents do.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from provenance.models.calibration import TAILS, Reference, Stratum
from provenance.schema import GENRES
from provenance.train.metrics import Floats
from provenance.train.reference import SCORE_OF_HALF


@dataclass(frozen=True, slots=True)
class GenreOptions:
    """`plausible`: share of a genre in a document's mix from which on it is part of the genre's reference.

    A threshold is never below `floor` nats: what is called AI-generated has a score of at least a half at a prior of
    0.1. A genre with fewer than `min_documents` gets no threshold, one with fewer than `min_offset` on a side no
    offset; `shrink` penalises squared offsets.
    """

    rate: float = 0.01
    source_rate: float = 0.03
    plausible: float = 0.3
    min_documents: int = 150
    min_source: int = 50
    min_offset: int = 30
    shrink: float = 0.01
    floor: float = SCORE_OF_HALF


@dataclass(frozen=True, slots=True)
class Scored:
    """Documents with their sums of evidence, measured by models that have not seen them.

    `frame` has the genre shares, `domain` and `group`.
    """

    frame: pl.DataFrame
    llrs: Floats

    @property
    def shares(self) -> Floats:
        """Documents x genres; 0 where not measured."""
        names = [f"genre_{genre}" for genre in GENRES]
        found: Floats = self.frame.select(pl.col(names).fill_null(0.0)).to_numpy()
        return found


def fit_references(
    language: str, humans: Scored, positives: Scored, below: float, options: GenreOptions
) -> tuple[Reference, ...]:
    """A reference for each genre that some human document reads like; `below` is the lower threshold."""
    if any(f"genre_{genre}" not in humans.frame.columns for genre in GENRES):
        return ()
    shares = humans.shares
    offsets = fit_offsets(humans, positives, options)
    llrs = humans.llrs + shares @ offsets
    top = shares.argmax(axis=1)
    found = []
    for number, genre in enumerate(GENRES):
        rows = (shares[:, number] >= options.plausible) | (top == number)
        if rows.any():
            part = humans.frame.filter(pl.Series(rows))
            reference = _fit(language, genre, part, llrs[rows], below, options)
            found.append(replace(reference, offset=round(float(offsets[number]), 4)))
    return tuple(found)


def fit_offsets(humans: Scored, positives: Scored, options: GenreOptions) -> Floats:
    """Nats by which each genre shifts the evidence, so that within a genre a score means what it says.

    The maximum of a penalised likelihood with the slope held at 1; in a genre both sides weigh alike, whatever share of
    a genre was generated in the sets. A genre with few documents on a side says nothing, and is not shifted.
    """
    from scipy.optimize import minimize

    shares = np.vstack([humans.shares, positives.shares])
    llrs = np.concatenate([humans.llrs, positives.llrs])
    sign = np.where(np.arange(llrs.size) < humans.llrs.size, -1.0, 1.0)
    weights = np.concatenate([_balance(humans), _balance(positives)])
    top = shares.argmax(axis=1)
    for number in range(len(GENRES)):
        sides = [np.flatnonzero((top == number) & (sign == side)) for side in (-1.0, 1.0)]
        few = min(rows.size for rows in sides) < options.min_offset
        for rows in sides:
            weights[rows] = 0.0 if few else weights[rows] / weights[rows].sum()

    def lose(offsets: Floats) -> tuple[float, Floats]:
        margin = sign * (llrs + shares @ offsets)
        slope = -sign * weights / (1.0 + np.exp(np.clip(margin, -50, 50)))
        loss = float(weights @ np.logaddexp(0.0, -margin)) + options.shrink * float(offsets @ offsets)
        return loss, shares.T @ slope + 2 * options.shrink * offsets

    fitted: Floats = minimize(lose, np.zeros(len(GENRES)), jac=True, method="L-BFGS-B").x
    return fitted


def _balance(scored: Scored) -> Floats:
    cells = scored.frame.select(pl.len().over("domain")).to_series().to_numpy()
    weights: Floats = cells**-0.5
    return weights


def sum_strata(frame: pl.DataFrame, strata: Sequence[Stratum]) -> Floats:
    """The sum of the terms of each row's length; NaN where no stratum is its own."""
    words = frame["n_words"].to_numpy()
    total = np.full(frame.height, np.nan)
    for stratum in strata:
        high = np.inf if stratum.high_words is None else stratum.high_words
        rows = np.flatnonzero((words >= stratum.low_words) & (words < high))
        total[rows] = 0.0
        for term in stratum.terms:
            values = frame[term.signal].gather(rows).cast(pl.Float64).fill_null(np.nan).to_numpy()
            nats = np.clip(term.weight * (values - term.centre), -term.clip, term.clip)
            total[rows] += np.nan_to_num(nats)
    return total


def _fit(
    language: str, genre: str, humans: pl.DataFrame, llrs: Floats, below: float, options: GenreOptions
) -> Reference:
    sources = humans.select(pl.concat_str("domain", "group", separator=" ")).to_series().to_numpy()
    above = None
    if llrs.size >= options.min_documents:
        worst = [
            _reach(llrs[sources == name], options.source_rate)
            for name, n in zip(*np.unique(sources, return_counts=True), strict=True)
            if n >= options.min_source
        ]
        above = round(max([options.floor, _reach(llrs, options.rate), *worst]), 4)
    return Reference(
        language=language,
        genre=genre,
        n_documents=int(llrs.size),
        n_sources=len(set(sources)),
        rate=options.rate,
        human_below=None if above is None else round(below, 4),
        positive_above=above,
        quantiles=tuple(round(float(q), 4) for q in np.quantile(llrs, [1 - tail for tail in TAILS])),
    )


def _reach(llrs: Floats, rate: float) -> float:
    """Just beyond the conformal quantile: rank ceil((n + 1)(1 - rate)), the largest value for small n."""
    rank = min(int(np.ceil((llrs.size + 1) * (1 - rate))), llrs.size)
    return float(np.sort(llrs)[rank - 1]) + 1e-4
