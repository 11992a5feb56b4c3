"""Excess words beside the classifier: two ways of measuring, shown side by side and never averaged."""

from dataclasses import dataclass

import polars as pl

from provenance.report.charts import Chart
from provenance.report.charts.chart import Point
from provenance.report.charts.drift import CLASSIFIER, WORDS, chart_drift
from provenance.report.headline import is_sampled
from provenance.report.names import name_value
from provenance.report.numbers import show_interval, show_share
from provenance.report.periods import order_periods

LANGUAGES = 8
SHOWN = 24  # words in the table
FITS = "fit: what one word shows is not more than the classifier finds"
CONTRADICTS = "contradict: the wording changed in more documents than the classifier finds"
APART = "of two things: the words of the sample, the classifier's estimate of the crawl"


@dataclass(frozen=True, slots=True)
class DriftSection:
    """A chart for each language; `compared` the latest period of each in which both are known; the words behind."""

    charts: tuple[Chart, ...]
    compared: tuple[dict[str, object], ...]
    words: tuple[dict[str, object], ...]
    n_more_words: int
    n_more_languages: int
    n_contradicting: int
    sampled: bool = False  # the classifier's estimates are for a crawl, the words are of a sample of it


def make_drift_section(drift: pl.DataFrame, excess: pl.DataFrame, trend: pl.DataFrame) -> DriftSection | None:
    """The section, or null where no excess words were looked for."""
    drift = drift.filter(pl.col("period").is_not_null())
    if drift.is_empty():
        return None
    sizes = drift.group_by("language").agg(n=pl.col("n_total").sum()).sort("n", "language", descending=[True, False])
    languages = sizes.get_column("language").to_list()
    estimates = _list_estimates(trend)
    charts, compared = [], []
    for number, language in enumerate(languages[:LANGUAGES], 1):
        words = _list_words(drift.filter(pl.col("language").eq_missing(language)))
        classified = [point for point in estimates if point["language"] == language]
        chart = chart_drift([*classified, *words], f"drift-{number}", name_value(language, "language"))
        charts += [chart] if chart else []
        compared += _compare(classified, words, name_value(language, "language"), sampled=is_sampled(trend))
    latest = _pick_words(excess)
    return DriftSection(
        tuple(charts),
        tuple(compared),
        tuple(
            row | {"language": name_value(row["language"], "language")}
            for row in latest.head(SHOWN).iter_rows(named=True)
        ),
        max(0, excess.height - SHOWN),
        max(0, len(languages) - LANGUAGES),
        sum(row["verdict"] == CONTRADICTS for row in compared),
        is_sampled(trend),
    )


def _list_estimates(trend: pl.DataFrame) -> list[Point]:
    """What the classifier says of AI-generated text, by language and period, all hosts, in documents."""
    rows = trend.filter(
        pl.col("group_columns").list.join("\t") == "language",
        pl.col("ai_generated_prevalence").is_not_null(),
        series="all_hosts",
        unit="documents",
    )
    return [
        {
            "language": row["group_values"][0],
            "period": row["period"],
            "method": CLASSIFIER,
            "word": "",
            **{name: row[f"ai_generated_{figure}"] for name, figure in _FIGURES.items()},
        }
        for row in rows.iter_rows(named=True)
    ]


_FIGURES = {"estimate": "prevalence", "low": "low", "high": "high"}


def _list_words(drift: pl.DataFrame) -> list[Point]:
    return [
        {"language": row["language"], "period": row["period"], "method": WORDS, "word": row["word"] or ""}
        | {"estimate": row["gap"], "low": row["low"], "high": row["high"], "n": row["n_excess_words"]}
        for row in drift.drop_nulls("gap").iter_rows(named=True)
    ]


def _compare(classified: list[Point], words: list[Point], language: str, *, sampled: bool) -> list[dict[str, object]]:
    """The latest period that both methods know, with what is to be said of it.

    A gap bounds the share from below, by its `low`; its `high` is an end of that word's gap and bounds no share.
    """
    known = {str(point["period"]): point for point in classified}
    both = [str(point["period"]) for point in words if str(point["period"]) in known]
    if not both:
        return []
    period = order_periods(both)[-1]
    one, other = known[period], next(point for point in words if point["period"] == period)
    verdict = APART if sampled else CONTRADICTS if float(str(other["low"])) > float(str(one["high"])) else FITS
    shown = {"language": language, "period": period, "verdict": verdict, "word": other["word"], "n": other["n"]}
    return [shown | {"classifier": _show(one), "words": _show(other)}]


def _show(point: Point) -> tuple[str, str]:
    estimate, low, high = (float(str(point[name])) for name in ("estimate", "low", "high"))
    return show_share(estimate), show_interval(low, high)


def _pick_words(excess: pl.DataFrame) -> pl.DataFrame:
    """Words of each language's latest period, the largest gaps first, languages taking turns."""
    if excess.is_empty():
        return excess
    order = {period: place for place, period in enumerate(order_periods(excess.get_column("period").to_list()))}
    placed = excess.with_columns(place=pl.col("period").replace_strict(order, return_dtype=pl.Int64))
    latest = placed.filter(pl.col("place") == pl.col("place").max().over("language"))
    ranked = latest.sort("gap", "word", descending=[True, False])
    turns = ranked.with_columns(turn=pl.int_range(pl.len()).over("language"))
    return turns.sort("turn", "gap", descending=[False, True]).head(SHOWN).sort("language", "turn", nulls_last=True)
