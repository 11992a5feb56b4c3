"""Fits the calibration that ships in provenance/models on what pipelines/cross_fit.py measured.

    python -m pipelines.calibrate_shipped out/calibration [--out provenance/models]

Leaves judged.parquet beside the measured documents: each one judged by a calibration that has not seen its like, from
which the figures of docs/detection.md come, and by_domain.parquet: group A, most of the AI-generated documents, each
domain judged by what learned the others. The error counts are of both; group A left out whole would count the errors of
a much poorer detector.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipelines.calibration_recipe import WEB_REGISTERS, fit, judge, judge_unseen
from pipelines.train_shipped import LICENSED, WEAK
from provenance.models.calibration import Calibration
from provenance.models.registry import describe_model, load_models, write_manifest
from provenance.train.error_counts import count_errors

CARD = "cards/calibration.md"


def judge_by_domain(measured: pl.DataFrame) -> pl.DataFrame:
    """Group A, clean, each domain by a calibration fitted without it."""
    fitting = pl.col("use").fill_null("") == "fit"
    domain = pl.col("domain").str.split("/").list.last()
    parts = []
    for name in measured.filter(fitting).select(domain.unique().sort()).to_series():
        mine = fitting & (domain == name)
        parts.append(judge(measured.filter(mine, pl.col("form") == "clean"), fit(measured.filter(~mine))))
    return pl.concat(parts)


def select_known(judged: pl.DataFrame, by_domain: pl.DataFrame) -> pl.DataFrame:
    """Documents of the sets that ship, as found, without weak generators; of group A those judged by domain."""
    raw = judged.filter(pl.col("form") == "raw", pl.col("group") != "A")
    both = pl.concat([raw, by_domain.select(raw.columns)], how="vertical_relaxed")
    strong = ~pl.col("generator").fill_null("").str.contains(WEAK)
    return both.filter(pl.col("label") != "ht", pl.col("set").is_in([*LICENSED, "web"]), strong)


def add_errors(calibration: Calibration, known: pl.DataFrame) -> Calibration:
    """The calibration with its errors: on humans of web registers; on AI-generated and translated text by set."""
    human = pl.col("label").is_in(["human", "original"])
    used = known.filter(~human | pl.col("register").is_in(WEB_REGISTERS))
    grouped = used.with_columns(group=pl.when(human).then("register").otherwise("set"))
    ai, mt = count_errors(grouped, "ai"), count_errors(grouped, "mt")
    return replace(calibration, ai=replace(calibration.ai, errors=ai), mt=replace(calibration.mt, errors=mt))


def write_calibration(calibration: Calibration, out: Path) -> Path:
    """The file and its manifest entry."""
    path = out / "calibration.json"
    path.write_text(calibration.dumps(), encoding="utf-8")
    return replace_model(path, "calibration", CARD)


def replace_model(path: Path, kind: str, card: str) -> Path:
    """The manifest beside a file of all languages names it as the one model of its kind."""
    others = [model for model in load_models(path.parent) if model.kind != kind]
    entry = describe_model(path, name=kind, kind=kind, language=None, licence="Apache-2.0", card=card)
    write_manifest(path.parent, [*others, entry])
    return path


def main() -> None:
    """Fits, counts errors, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measured", type=Path)
    parser.add_argument("--out", type=Path, default=Path("provenance/models"))
    options = parser.parse_args()
    measured = pl.read_parquet(options.measured / "measured.parquet")
    digests = json.loads((options.measured / "models.json").read_text(encoding="utf-8"))
    judged = judge_unseen(measured)
    by_domain = judge_by_domain(measured)
    judged.write_parquet(options.measured / "judged.parquet")
    by_domain.write_parquet(options.measured / "by_domain.parquet")
    calibration = add_errors(fit(measured, models=digests), select_known(judged, by_domain))
    print(write_calibration(calibration, options.out))


if __name__ == "__main__":
    main()
