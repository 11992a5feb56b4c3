"""Human references by genre: thresholds that people who write in this genre rarely reach, and how they score.

Split conformal by told genre (Vovk et al. 2005, section 4.5): of documents that read like a genre at most a share
`rate` lies above its threshold, and of those of one source (a site, a set) at most `source_rate`, since sources of a
genre differ more than their documents do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from provenance.models.calibration import TAILS, Reference, Stratum
from provenance.schema import GENRES
from provenance.train.metrics import Floats


@dataclass(frozen=True, slots=True)
class GenreOptions:
    """`plausible`: share of a genre in a document's mix from which on it is part of the genre's reference.

    A threshold is never below `floor` nats. A document whose LLR is below what a share `miss` of the unseen positives
    has, and below `ceiling`, speaks for human. A genre with fewer than `min_documents` gets no threshold.
    """

    rate: float = 0.01
    source_rate: float = 0.04
    plausible: float = 0.3
    min_documents: int = 150
    min_source: int = 50
    floor: float = 1.0
    ceiling: float = 0.0
    miss: float = 0.1


def fit_references(
    language: str, humans: pl.DataFrame, llrs: Floats, below: float, options: GenreOptions
) -> tuple[Reference, ...]:
    """A reference for each genre that some document reads like. `humans` has the genre shares, `domain` and `group`.

    `llrs` are their sums of evidence, measured by models that have not seen them; `below` is the lower threshold.
    """
    columns = [name for name in (f"genre_{genre}" for genre in GENRES) if name in humans.columns]
    if not columns:
        return ()
    shares = humans.select(pl.col(columns).fill_null(0.0)).to_numpy()
    top = shares.argmax(axis=1)
    found = []
    for number, column in enumerate(columns):
        rows = (shares[:, number] >= options.plausible) | (top == number)
        if rows.any():
            part = humans.filter(pl.Series(rows))
            found.append(_fit(language, column.removeprefix("genre_"), part, llrs[rows], below, options))
    return tuple(found)


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
