"""Coverage and bias of the estimates of simulated series, as tables in Markdown."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

CELL = ("series", "unit", "origin", "crawl")
LEVEL = 0.95
Z = 1.959964


def write_tables(estimates: pl.DataFrame, controls: pl.DataFrame, path: Path) -> None:
    """The series of the runs, coverage by origin, series and crawl, negative controls, and what was not estimable."""
    told = add_outcomes(estimates)
    drawn = told.filter(pl.col("drawn") > 0)
    parts = [
        "## The runs\n\n" + show_runs(told.filter(pl.col("drawn") == 0)),
        "## Drawn series\n\n" + to_markdown(summarise(drawn, ("language", "series", "unit", "origin"))),
        "## By crawl, all hosts, by documents\n\n"
        + to_markdown(summarise(drawn.filter(series="all_hosts", unit="documents"), ("language", "origin", "crawl"))),
        "## Negative controls, AI-generated\n\n" + to_markdown(count_controls(controls)),
        "## Not estimable\n\n" + to_markdown(_count_refused(told)),
    ]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def add_outcomes(estimates: pl.DataFrame) -> pl.DataFrame:
    """Beside each estimate: the share expected of its cell (mean over drawn series), and whether the band holds both.

    `held` is about the documents of the crawl themselves, `held_population` about what they are drawn from.
    """
    expected = (
        estimates.filter(pl.col("drawn") > 0).group_by(*CELL, "language").agg(population=pl.col("true_share").mean())
    )
    slack = 1e-9
    return estimates.join(expected, on=[*CELL, "language"], how="left", maintain_order="left").with_columns(
        held=pl.col("true_share").is_between(pl.col("low") - slack, pl.col("high") + slack),
        held_population=pl.col("population").is_between(pl.col("low") - slack, pl.col("high") + slack),
        error=pl.col("prevalence") - pl.col("true_share"),
    )


def summarise(told: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Coverage, bias and error in points of each group of cells; the interval of coverage is Wilson's, over series.

    Crawls of one series share hosts and generators, so it is only of the right width for single cells.
    """
    known = told.filter(pl.col("prevalence").is_not_null())
    points = 100 * pl.col("error")
    table = known.group_by(by).agg(
        n=pl.len(),
        true=100 * pl.col("true_share").mean(),
        estimate=100 * pl.col("prevalence").mean(),
        bias=points.mean(),
        rmse=(points**2).mean().sqrt(),
        width=100 * (pl.col("high") - pl.col("low")).mean(),
        held=pl.col("held").mean(),
        held_population=pl.col("held_population").mean(),
        above=(pl.col("low") > pl.col("true_share")).mean(),
        below=(pl.col("high") < pl.col("true_share")).mean(),
    )
    return table.sort(by)


def show_runs(told: pl.DataFrame) -> str:
    """The cells of the one series that was run, by documents and all hosts."""
    cells = told.filter(series="all_hosts", unit="documents").filter(pl.col("prevalence").is_not_null())
    shown = cells.select(
        "language", "crawl", "origin", "n_measured", "n_hosts",
        *((100 * pl.col(name)).alias(name) for name in ("called", "true_share", "prevalence", "low", "high")), "held",
    )  # fmt: skip
    rates = told.filter(pl.col("prevalence").is_not_null()).group_by("series", "unit", "origin")
    held = rates.agg(n=pl.len(), held=pl.col("held").mean()).sort("series", "unit", "origin")
    return to_markdown(shown.sort("language", "origin", "crawl")) + "\n\n" + to_markdown(held)


def count_controls(controls: pl.DataFrame) -> pl.DataFrame:
    """How often the early documents of a series that are in no reference pass, fail or decide nothing; in points."""
    tested = controls.filter(origin="ai_generated", source="same_run").with_columns(drawn=pl.col("drawn") > 0)
    return (
        tested.group_by("drawn", "passed")
        .agg(pl.len().alias("n"), *((100 * pl.col(name)).mean().alias(name) for name in ("prevalence", "low", "high")))
        .sort("drawn", "passed")
    )


def _count_refused(told: pl.DataFrame) -> pl.DataFrame:
    refused = told.with_columns(refused=pl.col("prevalence").is_null())
    return (
        refused.group_by("language", "series", "refused")
        .agg(n=pl.len(), why=pl.col("why").mode().first())
        .sort("language", "series", "refused")
    )


def to_markdown(table: pl.DataFrame) -> str:
    """A table with rounded figures."""
    lines = ["| " + " | ".join(table.columns) + " |", "|" + "---|" * table.width]
    lines += ["| " + " | ".join(_show(value) for value in row) + " |" for row in table.iter_rows()]
    return "\n".join(lines)


def _show(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
