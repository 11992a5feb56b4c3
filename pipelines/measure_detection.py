"""The figures of docs/detection.md: every one on documents that neither models nor weights nor thresholds have seen.

    python -m pipelines.measure_detection out/calibration ../shared/data [--out out/detection]

Reads what pipelines/cross_fit.py measured and pipelines/calibrate_shipped.py judged; attacks need the texts again.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipelines.calibration_recipe import OPTIONS, REFERENCE_SETS, judge_unseen
from pipelines.detection_tables import write_tables
from pipelines.labelled_sets import read_ai_sets
from pipelines.train_shipped import CLEAN, WEAK
from provenance.adapters.evaluate import measure_attacks, measure_labelled, tell_genre
from provenance.train.artefacts import clean_texts
from provenance.train.evaluation import EvaluateOptions, measure_group
from provenance.train.options import AxisOptions

OWN_HUMANS = 100  # a set with fewer is measured against the humans of the reference
EVALUATE = EvaluateOptions(replicates=200)
UNSEEN_SETS = ("detectrl", "detectrl_attacks_ai", "grid_reddit", "argugpt_ai", "own")  # no shipped model saw their like
ATTACKED = 500
_AI = OPTIONS.ai
ABLATIONS: dict[str, AxisOptions] = {
    "as shipped": _AI,
    "without genres": replace(_AI, genres=None),
    "without lm_ai_llr": replace(_AI, signals=("lr_ai_logit", "lm_human_nats")),
    "without lm_human_nats": replace(_AI, signals=("lr_ai_logit", "lm_ai_llr")),
    "lr_ai_logit alone": replace(_AI, signals=("lr_ai_logit",)),
    "the two of lm alone": replace(_AI, signals=("lm_ai_llr", "lm_human_nats")),
    "lm_ai_llr alone": replace(_AI, signals=("lm_ai_llr",)),
    "with length_word_chars": replace(_AI, signals=(*_AI.signals, "length_word_chars")),
    "with length_sentence_words": replace(_AI, signals=(*_AI.signals, "length_sentence_words")),
    "with repetition": replace(_AI, signals=(*_AI.signals, "repetition_runs", "repetition_top_pair")),
}


def label(judged: pl.DataFrame) -> pl.DataFrame:
    """AI-generated and human documents for figures: strong generators, of our own texts the test half."""
    strong = ~pl.col("generator").fill_null("").str.contains(WEAK)
    test = (pl.col("set") != "own") | (pl.col("use") == "figures").fill_null(False)
    kept = judged.filter(pl.col("label").is_in(["ai", "human"]), strong, test)
    return kept.with_columns(positive=pl.col("label") == "ai", score="ai_score", llr="ai_llr", told=tell_genre(kept))


def split_sets(labelled: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Each set with AI-generated documents beside its own humans, or those of the reference."""
    people = labelled.filter(~pl.col("positive"), pl.col("set").is_in(REFERENCE_SETS))
    for name in labelled.filter("positive")["set"].unique().sort():
        own = labelled.filter(pl.col("set") == name)
        few = own.height - own["positive"].sum() < OWN_HUMANS
        yield (
            f"{name}{' (against the reference)' if few else ''}",
            (pl.concat([own.filter("positive"), people]) if few else own),
        )


def measure_sets(labelled: pl.DataFrame) -> pl.DataFrame:
    """Figures of each set and form, and what share of both sides the verdict calls AI-generated or human."""
    rows: list[dict[str, object]] = []
    for (form,), part in labelled.partition_by("form", as_dict=True).items():
        for name, both in split_sets(part):
            shares = {
                f"{side}_{origin}": both.filter(positive=positive)["origin"].eq(origin).mean()
                for side, positive in (("ai", True), ("human", False))
                for origin in ("ai_generated", "human")
            }
            rows += [{"form": form, "set": name, **shares, **row} for row in measure_group(both, EVALUATE)]
    return pl.DataFrame(rows, infer_schema_length=None).sort("form", "set", "figure")


def measure_own(labelled: pl.DataFrame) -> pl.DataFrame:
    """Our own texts of 2026 by kind of prompt, against dated humans of other sources, as found."""
    raw = labelled.filter(pl.col("form") == "raw")
    people = raw.filter(pl.col("set") == "human_dated")
    own = raw.filter(pl.col("set") == "own")
    parts = [("all", own), *((str(kind), part) for (kind,), part in own.sort("prompt_kind").group_by("prompt_kind"))]
    rows: list[dict[str, object]] = []
    for kind, part in parts:
        called = part["origin"].eq("ai_generated").mean()
        rows += [{"kind": kind, "called": called, **row} for row in measure_group(pl.concat([part, people]), EVALUATE)]
    return pl.DataFrame(rows, infer_schema_length=None)


def measure_genres(labelled: pl.DataFrame) -> pl.DataFrame:
    """Calibration and ranking by told genre: humans of the reference, AI-generated texts of unseen sets, as found."""
    raw = labelled.filter(pl.col("form") == "raw")
    unseen, reference = (pl.col("set").is_in(sets) for sets in (UNSEEN_SETS, REFERENCE_SETS))
    used = raw.filter(pl.when("positive").then(unseen).otherwise(reference))
    rows: list[dict[str, object]] = []
    for (genre,), part in used.drop_nulls("told").sort("told").group_by("told", maintain_order=True):
        if min(part["positive"].sum(), part.height - part["positive"].sum()) >= 20:
            rows += [{"genre": genre, **row} for row in measure_group(part, EVALUATE)]
    return pl.DataFrame(rows, infer_schema_length=None)


def measure_ablations(measured: pl.DataFrame) -> pl.DataFrame:
    """Mean figures over the sets, clean, with other choices of signals; all of it fitted again."""
    rows = []
    kept = measured.filter(pl.col("label").is_in(["ai", "human"]))
    for name, axis in ABLATIONS.items():
        judged = label(judge_unseen(kept, replace(OPTIONS, ai=axis)))
        figures = measure_sets(judged.filter(pl.col("form") == "clean"))
        rows.append(figures.group_by("figure").agg(pl.col("value").mean()).with_columns(signals=pl.lit(name)))
    return pl.concat(rows).pivot("figure", index="signals", values="value")


def attack_texts(data: Path) -> pl.DataFrame:
    """What attacks on AI-generated texts cost, by the shipped models, on sets they have not seen."""
    sets = clean_texts(read_ai_sets(data).filter(pl.col("set").is_in(["detectrl", "grid_reddit"])), CLEAN)
    strong = sets.filter(~pl.col("generator").fill_null("").str.contains(WEAK))
    parts = [part.sample(min(part.height, ATTACKED), seed=1) for part in strong.partition_by("label")]
    return measure_attacks(measure_labelled(pl.concat(parts), None), None, EVALUATE)


def main() -> None:
    """Writes the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measured", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("out/detection"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    judged = pl.read_parquet(options.measured / "judged.parquet")
    labelled = label(judged)
    tables = {
        "sets": measure_sets(labelled),
        "own texts of 2026": measure_own(labelled),
        "told genres": measure_genres(labelled),
        "attacks": attack_texts(options.data),
        "ablations": measure_ablations(pl.read_parquet(options.measured / "measured.parquet")),
    }
    write_tables(options.out, judged, labelled, tables)


if __name__ == "__main__":
    main()
