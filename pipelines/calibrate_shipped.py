"""Fits the calibration that ships in provenance/models on what pipelines/cross_fit.py measured.

    python -m pipelines.calibrate_shipped out/calibration [--out provenance/models]

Leaves judged.parquet beside the measured documents: each one judged by a calibration that has not seen its like, from
which the error counts in the calibration come and the figures of docs/detection.md.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipelines.calibration_recipe import WEB_REGISTERS, fit, judge_unseen
from pipelines.train_shipped import LICENSED, WEAK
from provenance.models.calibration import Calibration
from provenance.models.registry import describe_model, load_models, write_manifest
from provenance.train.error_counts import count_errors

CARD = "cards/calibration.md"


def add_errors(calibration: Calibration, judged: pl.DataFrame) -> Calibration:
    """The calibration with its errors on raw documents: humans of web registers; AI-generated and translated by set."""
    strong = ~pl.col("generator").fill_null("").str.contains(WEAK)
    raw = judged.filter(
        pl.col("form") == "raw", pl.col("label") != "ht", pl.col("set").is_in([*LICENSED, "web"]), strong
    )
    human = pl.col("label").is_in(["human", "original"])
    used = raw.filter(~human | pl.col("register").is_in(WEB_REGISTERS))
    grouped = used.with_columns(group=pl.when(human).then("register").otherwise("set"))
    ai, mt = count_errors(grouped, "ai"), count_errors(grouped, "mt")
    return replace(calibration, ai=replace(calibration.ai, errors=ai), mt=replace(calibration.mt, errors=mt))


def write_calibration(calibration: Calibration, out: Path) -> Path:
    """The file and its manifest entry."""
    others = [model for model in load_models(out) if model.kind != "calibration"]
    path = out / "calibration.json"
    path.write_text(calibration.dumps(), encoding="utf-8")
    entry = describe_model(path, name="calibration", kind="calibration", language=None, licence="Apache-2.0", card=CARD)
    write_manifest(out, [*others, entry])
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
    judged.write_parquet(options.measured / "judged.parquet")
    print(write_calibration(add_errors(fit(measured, models=digests), judged), options.out))


if __name__ == "__main__":
    main()
