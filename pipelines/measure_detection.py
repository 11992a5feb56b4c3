"""The figures of docs/detection.md: every one on documents that neither models nor weights nor thresholds have seen.

    python -m pipelines.measure_detection out/calibration [--out out/detection]

Reads what pipelines/cross_fit.py measured and pipelines/calibrate_shipped.py judged.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipelines.calibration_recipe import OPTIONS, judge_unseen
from pipelines.detection_tables import write_tables
from provenance.train.evaluation import EvaluateOptions, measure_group

OWN_HUMANS = 100  # a set with fewer is measured against the humans of all sets
EVALUATE = EvaluateOptions(replicates=200)
ABLATIONS = {
    "lm_ai_llr alone": ("lm_ai_llr",),
    "lm_human_bits_per_char alone": ("lm_human_bits_per_char",),
    "without length_word_chars": ("lm_ai_llr", "lm_human_bits_per_char"),
    "with lm_ai_burstiness": (*OPTIONS.ai.signals, "lm_ai_burstiness"),
    "with repetition": (*OPTIONS.ai.signals, "repetition_runs", "repetition_top_pair"),
    "with length_sentence_words": (*OPTIONS.ai.signals, "length_sentence_words"),
}


def split_sets(judged: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Each set with AI-generated documents beside its own humans, or those of all sets."""
    labelled = judged.filter(pl.col("label").is_in(["ai", "human"]), ~pl.col("set").is_in(["web", "human_dated"]))
    labelled = labelled.with_columns(positive=pl.col("label") == "ai", score="ai_score", llr="ai_llr")
    everyone = labelled.filter(~pl.col("positive"))
    for name in labelled.filter("positive")["set"].unique().sort():
        own = labelled.filter(pl.col("set") == name)
        few = own.height - own["positive"].sum() < OWN_HUMANS
        yield (
            (f"{name} (humans of all sets)" if few else name),
            pl.concat([own.filter("positive"), everyone]) if few else own,
        )


def measure_sets(judged: pl.DataFrame) -> pl.DataFrame:
    """Figures of each set and form, and what share of both sides the verdict calls AI-generated or human."""
    rows: list[dict[str, object]] = []
    for (form,), part in judged.partition_by("form", as_dict=True).items():
        for name, both in split_sets(part):
            shares = {
                f"{side}_{origin}": both.filter(positive=label)["origin"].eq(origin).mean()
                for side, label in (("ai", True), ("human", False))
                for origin in ("ai_generated", "human")
            }
            rows += [{"form": form, "set": name, **shares, **row} for row in measure_group(both, EVALUATE)]
    return pl.DataFrame(rows, infer_schema_length=None).sort("form", "set", "figure")


def measure_ablations(measured: pl.DataFrame) -> pl.DataFrame:
    """Mean figures over the AI sets, clean, with other choices of signals."""
    rows = []
    labelled = measured.filter(
        pl.col("label").is_in(["ai", "human"]), (pl.col("form") == "clean") | pl.col("register").is_not_null()
    )
    for name, signals in {"as shipped": OPTIONS.ai.signals, **ABLATIONS}.items():
        options = replace(OPTIONS, ai=replace(OPTIONS.ai, signals=signals))
        figures = measure_sets(judge_unseen(labelled, options).filter(pl.col("form") == "clean"))
        rows.append(figures.group_by("figure").agg(pl.col("value").mean()).with_columns(signals=pl.lit(name)))
    return pl.concat(rows).pivot("figure", index="signals", values="value")


def main() -> None:
    """Writes the judged documents and the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measured", type=Path)
    parser.add_argument("--out", type=Path, default=Path("out/detection"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    measured = pl.read_parquet(options.measured / "measured.parquet")
    judged = pl.read_parquet(options.measured / "judged.parquet")
    write_tables(options.out, judged, measure_sets(judged), measure_ablations(measured))


if __name__ == "__main__":
    main()
