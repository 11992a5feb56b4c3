"""The ratio table as a person reads it in a terminal."""

import sys

import polars as pl
from rich.console import Console
from rich.table import Table

_ORIGINS = ("human", "ai_generated", "machine_translated")


def print_ratio(table: pl.DataFrame) -> None:
    """The ratio table for people: one line per group and unit."""
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("group", "unit", "documents", *_ORIGINS, "human : synthetic", "note"):
        shown.add_column(heading, overflow="fold")
    for row in table.iter_rows(named=True):
        names = zip(row["group_columns"], row["group_values"], strict=True)
        group = ", ".join(f"{name} {'not told' if value is None else value}" for name, value in names) or "all"
        cells = [_prevalence(row, origin) for origin in _ORIGINS]
        shown.add_row(group, row["unit"], f"{row['n_documents']:,}", *cells, describe_value(row), row["why"] or "")
    plain_console().print(shown)


def flatten_groups(table: pl.DataFrame) -> pl.DataFrame:
    """The table with each group in one column of text, as formats without lists need it; empty for everything."""
    names = (zip(*pair, strict=True) for pair in zip(table["group_columns"], table["group_values"], strict=True))
    groups = [", ".join(f"{name}={'' if value is None else value}" for name, value in pairs) for pairs in names]
    return table.select(pl.Series("group", groups, dtype=pl.String), pl.exclude("group_columns", "group_values"))


def plain_console() -> Console:
    """Stdout without colours for numbers; wide where it is no terminal, so that tables are not folded in files."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def describe_value(row: dict[str, float | None]) -> str:
    """The ratio with its interval, or its lower bound, or a dash."""
    name = "human_to_synthetic_ratio"
    value, low, high = row[name], row[f"{name}_low"], row[f"{name}_high"]
    if value is None or high is None:
        return "-" if low is None else f"at least {low:.1f}"
    return f"{value:.1f} ({low:.1f} to {high:.1f})"


def _prevalence(row: dict[str, float | None], origin: str) -> str:
    value, low, high = (row[f"{origin}_{name}"] for name in ("prevalence", "low", "high"))
    if value is None or low is None or high is None:
        share = row[f"{origin}_share"]
        return "-" if share is None else f"share {share:.1%}"
    return f"{value:.1%} ({low:.1%} to {high:.1%})"
