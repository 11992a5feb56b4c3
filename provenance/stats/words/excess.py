"""Excess words: how much more often words are used than their own past lets expect. Needs no detector and no word list.

Source: Kobak, González-Márquez, Horvát and Lause 2025, "Delving into LLM-assisted writing in biomedical publications
through excess vocabulary", Science Advances. A word's expected frequency in year t is projected from two years, t-3 and
t-2, because t-1 may be touched already; the gap to the observed frequency is a lower bound on the share of documents
whose wording something new has changed. Language models are one such thing and a topic of the day is another: counts do
not tell style from topic. What differs here from the paper is in docs/excess-words.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import polars as pl

from provenance.stats.words.base_years import BaseYears, choose_base, tell_years

EXCESS_SCHEMA = pl.Schema(
    {
        "language": pl.String,
        "period": pl.String,
        "word": pl.String,
        "n_documents": pl.Int64,
        "n_total": pl.Int64,
        "frequency": pl.Float64,
        "expected": pl.Float64,
        "gap": pl.Float64,
        "ratio": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
    }
)
DRIFT_SCHEMA = pl.Schema(
    {
        "language": pl.String,
        "period": pl.String,
        "n_total": pl.Int64,
        "n_excess_words": pl.Int64,
        "word": pl.String,
        "gap": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
    }
)
_KEY = ("language", "period")


@dataclass(frozen=True, slots=True)
class ExcessOptions:
    """What counts as excess. `level` holds for all words of a language and period at once."""

    level: float = 0.95
    least_gap: float = 0.01  # Kobak et al.; their second criterion, a ratio for rare words, needs counts of rare words
    min_frequency: float = 0.005  # words rarer than this in every year compared are not looked at
    min_documents: int = 200  # fewer in the period, or in a year it is projected from, tell nothing


def project_frequency(later: pl.Expr, earlier: pl.Expr, steps: pl.Expr) -> pl.Expr:
    """The frequency expected `steps` after `later`, a step being the time from `earlier` to it; at most 1.

    Kobak et al.: f(t-2) + 2 max(0, f(t-2) - f(t-3)). A falling word is expected to stay, not to fall on.
    """
    return (later + steps * (later - earlier).clip(lower_bound=0.0)).clip(upper_bound=1.0)


def estimate_excess(
    counts: pl.DataFrame, *, periods: Sequence[str] | None = None, options: ExcessOptions | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The excess words (EXCESS_SCHEMA, largest lower bound first) and a row per language and period (DRIFT_SCHEMA).

    `counts`: language, period, word, n_documents; word is null where all documents are counted. Periods are years,
    months or crawls, told by their names; others are steps of one length in the order of `periods`, by name if null.

    A word is in excess where its gap exceeds `least_gap` and the interval of the gap lies above 0. Intervals hold for
    all words at once (Bonferroni) and take the documents counted as independent. A drift row shows the word whose gap
    has the largest lower bound; `low` bounds the share of documents touched from below, and no drift is shown where it
    is 0 or less. Its figures are null where there are too few documents or no two earlier years to project from.
    """
    options = options or ExcessOptions()
    years = tell_years(counts["period"].unique().sort().to_list() if periods is None else list(periods))
    told = counts.filter(pl.col("period").is_in(list(years)))
    added = told.group_by(*_KEY, "word").agg(pl.col("n_documents").cast(pl.Int64).sum())
    measured = [
        _measure(rows, language, period, base, options)
        for language, rows in _by_language(added)
        for period, base in choose_base(rows, years, options.min_documents).items()
    ]
    words = pl.concat([pl.DataFrame(schema=EXCESS_SCHEMA), *measured])
    totals = added.filter(pl.col("word").is_null()).select(*_KEY, n_total="n_documents")
    return _pick_excess(words, options), _sum_up(words, totals, options)


def _by_language(counts: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    groups = counts.partition_by("language", as_dict=True)
    return sorted((str(language), rows) for (language,), rows in groups.items())


def _measure(counts: pl.DataFrame, language: str, period: str, base: BaseYears, options: ExcessOptions) -> pl.DataFrame:
    """Every word that is frequent enough in the period or its base, with gap and interval."""
    names = {"frequency": (period,), "later": base.later, "earlier": base.earlier}
    sums = {name: pl.col("n_documents").filter(pl.col("period").is_in(of)).sum() for name, of in names.items()}
    table = counts.group_by("word").agg(**sums)
    totals = table.filter(pl.col("word").is_null()).row(0, named=True)
    words = table.filter(pl.col("word").is_not_null())
    # One is added to counts and totals, as Kobak et al. do: no word is expected never.
    shares = words.with_columns(
        *((pl.col(name) + 1) / (totals[name] + 1) for name in names), n_documents=pl.col("frequency")
    )
    tested = shares.filter(pl.max_horizontal(*names) >= options.min_frequency)
    z = NormalDist().inv_cdf(1 - (1 - options.level) / 2 / max(tested.height, 1))
    measured = _add_gap(tested, {name: totals[name] + 1 for name in names}, base.steps, z)
    told = {"language": language, "period": period, "n_total": totals["frequency"]}
    return measured.with_columns(pl.lit(value, EXCESS_SCHEMA[name]).alias(name) for name, value in told.items()).select(
        EXCESS_SCHEMA.names()
    )


def _add_gap(words: pl.DataFrame, totals: dict[str, int], steps: float, z: float) -> pl.DataFrame:
    """With the projection, the gap and its interval.

    The gap is the smaller of two differences, with the rise and without it, and at least what lies above 1: its bounds
    are those of the differences, put together alike.
    """
    now = pl.col("frequency")
    expected = project_frequency(pl.col("later"), pl.col("earlier"), pl.lit(steps))
    flat, rising = (
        _bound_sum({"frequency": 1.0, "later": -1.0 - slope, "earlier": slope}, totals, z) for slope in (0.0, steps)
    )
    least = _bound_sum({"frequency": 1.0}, totals, z)
    low, high = (pl.max_horizontal(pl.min_horizontal(flat[side], rising[side]), least[side] - 1) for side in (0, 1))
    return words.with_columns(expected=expected, gap=now - expected, ratio=now / expected, low=low, high=high)


def _bound_sum(weights: dict[str, float], totals: dict[str, int], z: float) -> tuple[pl.Expr, pl.Expr]:
    """The interval of a weighted sum of frequencies, from those of each (Zou and Donner 2008, Stat. in Medicine 27)."""
    middle, below, above = pl.lit(0.0), pl.lit(0.0), pl.lit(0.0)
    for name, weight in weights.items():
        down, up = _wilson(pl.col(name), totals[name], z)
        middle += weight * pl.col(name)
        below += (weight * (down if weight > 0 else up)) ** 2
        above += (weight * (up if weight > 0 else down)) ** 2
    return middle - below.sqrt(), middle + above.sqrt()


def _wilson(share: pl.Expr, total: int, z: float) -> tuple[pl.Expr, pl.Expr]:
    """How far below and above a share its Wilson interval reaches."""
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = (share * (1 - share) / total + z * z / (4 * total * total)).sqrt() * (z / (1 + z * z / total))
    return share - (middle - half), middle + half - share


def _is_excess(options: ExcessOptions) -> pl.Expr:
    return (pl.col("gap") > options.least_gap) & (pl.col("low") > 0)


def _pick_excess(words: pl.DataFrame, options: ExcessOptions) -> pl.DataFrame:
    found = words.filter(_is_excess(options))
    return found.sort(*_KEY, "low", "word", descending=[False, False, True, False])


def _sum_up(words: pl.DataFrame, totals: pl.DataFrame, options: ExcessOptions) -> pl.DataFrame:
    first = words.sort("low", "word", descending=[True, False]).group_by(*_KEY, maintain_order=True)
    best = first.agg(
        pl.col("word", "gap", "low", "high").first(),
        n_excess_words=_is_excess(options).sum().cast(pl.Int64),
    )
    return totals.join(best, on=_KEY, how="left").sort(_KEY).select(DRIFT_SCHEMA.names())
