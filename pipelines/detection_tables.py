"""Writes the tables of docs/detection.md from judged documents: Parquet, and Markdown to paste."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from provenance.train.evaluation import EvaluateOptions, measure_group

EVALUATE = EvaluateOptions(replicates=200)
MIN_DOCUMENTS = 50
ORIGINS = ("ai_generated", "machine_translated", "undetermined", "human")
NEWS = "htvsmt_deen_to2016"
CONTRASTS = (  # name, set, label, generators as a regular expression
    ("round trips of the same originals", NEWS, "mt", "roundtrip"),
    ("German news by machine, other articles", NEWS, "mt", "^(google|deepl)$"),
    ("German news by people, other articles", NEWS, "ht", "."),
    ("WMT 2021 by machine", "wmt21", "mt", "."),
    ("WMT 2022 by machine", "wmt22", "mt", "."),
    ("WMT 2021 by people", "wmt21", "ht", "."),
    ("WMT 2022 by people", "wmt22", "ht", "."),
)


def count_origins(judged: pl.DataFrame, by: str) -> pl.DataFrame:
    """Shares of the four verdicts per group, largest error first."""
    shares = [(pl.col("origin") == origin).mean().alias(origin) for origin in ORIGINS]
    return judged.group_by(by).agg(pl.len().alias("n"), *shares).filter(pl.col("n") >= MIN_DOCUMENTS).sort(by)


def measure_translations(judged: pl.DataFrame) -> pl.DataFrame:
    """Each contrast against originals of the same set, resampled by source text."""
    rows: list[dict[str, object]] = []
    sets = judged.filter(pl.col("form") == "clean").with_columns(score="mt_score", llr="mt_llr")
    for name, where, label, generators in CONTRASTS:
        positive = sets.filter(pl.col("generator").str.contains(generators), set=where, label=label)
        same = sets.filter(set=where, label="original")
        both = pl.concat([positive.with_columns(positive=pl.lit(True)), same.with_columns(positive=pl.lit(False))])
        called = positive["origin"].eq("machine_translated").mean()
        rows += [{"contrast": name, "called": called, **row} for row in measure_group(both, EVALUATE)]
    return pl.DataFrame(rows, infer_schema_length=None)


def measure_lengths(labelled: pl.DataFrame) -> pl.DataFrame:
    """Figures of clean documents by length in words, sets with humans of their own together."""
    rows: list[dict[str, object]] = []
    own = labelled.filter(~pl.col("positive"))["set"].unique().implode()
    both = labelled.filter(pl.col("form") == "clean", pl.col("set").is_in(own))
    for low, high in ((80, 150), (150, 300), (300, 10_000)):
        part = both.filter(pl.col("n_words").is_between(low, high, closed="left"))
        rows += [{"words": f"{low} to {high}", **row} for row in measure_group(part, EVALUATE)]
    return pl.DataFrame(rows, infer_schema_length=None)


def write_tables(out: Path, judged: pl.DataFrame, labelled: pl.DataFrame, measured: Mapping[str, pl.DataFrame]) -> None:
    """All tables, and tables.md with every one of them."""
    raw, clean = (judged.filter(pl.col("form") == form) for form in ("raw", "clean"))
    called = ["ai_ai_generated", "ai_human", "human_ai_generated"]
    tables = {
        "sets": widen(measured["sets"], ["form", "set", *called]),
        "own texts of 2026": widen(measured["own texts of 2026"], ["kind", "called"]),
        "told genres": widen(measured["told genres"], ["genre"]),
        "references": count_origins(raw.filter(pl.col("register").is_not_null()), "domain"),
        "humans": count_origins(raw.filter(pl.col("label") == "human", pl.col("register").is_null()), "domain"),
        "generators": count_origins(clean.filter(pl.col("label") == "ai").with_columns(
            pl.format("{}: {}", "set", "generator").alias("generator")), "generator"),
        "lengths": widen(measure_lengths(labelled), ["words"]),
        "translations": widen(measure_translations(judged), ["contrast", "called"]),
        "translated origins": count_origins(raw.filter(pl.col("label").is_in(["mt", "ht", "original"])), "domain"),
        "attacks": measured["attacks"],
        "ablations": measured["ablations"],
    }  # fmt: skip
    for name, table in tables.items():
        table.write_parquet(out / f"{name}.parquet")
    (out / "tables.md").write_text("\n".join(f"## {name}\n\n{render(t)}\n" for name, t in tables.items()))


def widen(figures: pl.DataFrame, index: list[str]) -> pl.DataFrame:
    """A row per group: each figure with its interval."""
    shown = [pl.col(name).round(3).cast(pl.String).fill_null("-") for name in ("value", "low", "high")]
    told = figures.with_columns(pl.format("{} ({} to {})", *shown).alias("shown"))
    return told.pivot("figure", index=[*index, "n_positive", "n_negative"], values="shown")


def render(table: pl.DataFrame) -> str:
    """A Markdown table."""
    rows = [table.columns, ["---"] * table.width, *table.rows()]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows)


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
