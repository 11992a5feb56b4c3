"""Writes what documents of known origin score: the file of the models that the ratio is estimated with.

    python -m pipelines.reference_scores out/calibration [--out provenance/models]

From the documents that pipelines/calibrate_shipped.py judged, each by models and a calibration that had not seen its
like. Only sets whose licence allows shipping what was made of them take part.
"""

import argparse
from pathlib import Path

import polars as pl

from pipelines.calibrate_shipped import replace_model, select_known
from pipelines.calibration_recipe import REFERENCE_SETS
from provenance.stats import REFERENCE_SCORES

CARD = "cards/reference_scores.md"
FILE = "reference_scores.parquet"
LABELS = {"human": "human", "original": "human", "ai": "ai_generated", "mt": "machine_translated"}
HUMAN_SETS = (*REFERENCE_SETS, "htvsmt_deen_to2016", "ntrex")  # of FAID's people it is not known when they wrote


def select_scores(known: pl.DataFrame) -> pl.DataFrame:
    """The table of REFERENCE_SCORES; sorted by all columns, so that it does not depend on the order of the sets."""
    human = pl.col("label").is_in(["human", "original"])
    kept = known.filter(
        pl.col("label").is_in(list(LABELS)),
        ~human | pl.col("set").is_in(HUMAN_SETS),
        pl.col("ai_score").is_not_null() | pl.col("mt_score").is_not_null(),
    ).with_columns(
        label=pl.col("label").replace_strict(LABELS),
        language="lang",
        generator=pl.when(~human).then("generator"),
        source=pl.when(pl.col("set").str.starts_with("htvsmt") & (pl.col("label") == "mt"))
        .then("group")
        .otherwise("domain"),
    )
    return kept.select(pl.col(name).cast(dtype) for name, dtype in REFERENCE_SCORES.items()).sort(
        list(REFERENCE_SCORES)
    )


def write_scores(scores: pl.DataFrame, out: Path) -> Path:
    """The file and its manifest entry; three decimals are more than the scores mean."""
    path = out / FILE
    scores.with_columns(pl.col(pl.Float64).round(3)).write_parquet(path, compression="zstd", statistics=False)
    return replace_model(path, "reference_scores", CARD)


def main() -> None:
    """Judges, selects, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measured", type=Path)
    parser.add_argument("--out", type=Path, default=Path("provenance/models"))
    asked = parser.parse_args()
    judged, by_domain = (pl.read_parquet(asked.measured / f"{name}.parquet") for name in ("judged", "by_domain"))
    known = select_scores(select_known(judged, by_domain))
    print(write_scores(known, asked.out))
    with pl.Config(tbl_rows=-1):
        print(
            known.group_by("label", "source").agg(pl.len(), pl.col("ai_llr", "mt_llr").mean()).sort("label", "source")
        )


if __name__ == "__main__":
    main()
