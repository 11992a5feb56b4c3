"""What the recipe makes of all labelled sets, whatever their licence, one leak group left out at a time: not shipped.

    python -m pipelines.measure_development ../shared/data [--out out/development] [--tools .tools/bin]

For each group the models of texts learn from all other groups, and the stack from the other groups' unseen scores.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipelines.calibration_recipe import OPTIONS as FIT
from pipelines.cross_fit import MIN_WORDS, measure, train_without
from pipelines.labelled_sets import read_ai_sets, read_dated, read_own
from pipelines.train_shipped import CLEAN, LICENSED, WEAK, read_training
from provenance.text.words import count_words
from provenance.train.artefacts import clean_texts
from provenance.train.evaluation import EvaluateOptions, measure_group
from provenance.train.genre_reference import sum_strata
from provenance.train.strata import fit_strata

GROUPS = ("A", "C", "D", "E", "G", "P")
EVERY_SET = (*LICENSED, "raidar", "detectrl", "detectrl_attacks_ai", "grid_reddit", "argugpt_ai")
EVALUATE = EvaluateOptions(replicates=200)


def measure_unseen(data: Path, tools: Path, out: Path) -> pl.DataFrame:
    """Documents of every group, clean, measured by models of texts that saw nothing of the group."""
    training = read_training(data, EVERY_SET).with_columns(pl.col("label").replace({"mt": "translated"}))
    pairs = training.filter(pl.col("label").is_in(["ai", "human"]))
    sets = pl.concat([read_ai_sets(data), read_dated(data), read_own(data)], how="vertical_relaxed")
    once = sets.filter(pl.col("lang") == "en", pl.col("use").fill_null("") != "fit")
    parts = []
    for group in GROUPS:
        held_out = clean_texts(read_ai_sets(data, per_cell=None).filter(pl.col("group") == group), CLEAN)
        models = train_without(held_out.select("text"), pairs, tools, out / group)
        mine = clean_texts(once.filter(pl.col("group") == group), CLEAN)
        mine = mine.with_columns(n_words=count_words(pl.col("text"))).filter(pl.col("n_words") >= MIN_WORDS)
        parts.append(measure(mine, models))
    return pl.concat(parts)


def judge_unseen(measured: pl.DataFrame) -> pl.DataFrame:
    """Each group with the sum of evidence of a stack fitted on the other groups."""
    labelled = measured.with_columns(positive=pl.col("label") == "ai", register="domain")
    strong = ~pl.col("generator").fill_null("").str.contains(WEAK)
    parts = []
    for group in GROUPS:
        mine = pl.col("group") == group
        rest = labelled.filter(~mine, strong)
        options = replace(FIT, ai=replace(FIT.ai, genres=None))
        strata = fit_strata("en", rest, rest.filter(~pl.col("positive")), (), options.ai, options)
        part = labelled.filter(mine, strong)
        llr = pl.Series("llr", sum_strata(part, strata))
        parts.append(part.with_columns(llr, score=1 / (1 + (-llr).exp())))
    return pl.concat(parts)


def main() -> None:
    """Prints each set's figures and their mean."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("out/development"))
    parser.add_argument("--tools", type=Path, default=Path(".tools/bin"))
    asked = parser.parse_args()
    judged = judge_unseen(measure_unseen(asked.data, asked.tools, asked.out))
    judged.write_parquet(asked.out / "judged.parquet")
    rows = []
    for (name,), part in judged.sort("set").group_by("set", maintain_order=True):
        if part["positive"].n_unique() == 2:
            rows += [{"set": name, **row} for row in measure_group(part, EVALUATE)]
    figures = pl.DataFrame(rows, infer_schema_length=None)
    with pl.Config(tbl_rows=-1):
        print(figures.pivot("figure", index=["set", "n_positive", "n_negative"], values="value"))
        print(figures.group_by("figure").agg(pl.col("value").mean()))


if __name__ == "__main__":
    main()
