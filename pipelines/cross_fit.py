"""Measures every labelled document by language models that have not seen it nor its like; slow, so kept on disk.

    python -m pipelines.cross_fit ../shared/data --out out/calibration [--tools .tools/bin]

One training of all language models per fold, by the recipe of pipelines/train_shipped.py without the fold's documents.
Leaves measured.parquet: every document twice or more, `form` raw (as found), clean (artefacts taken out) and
short (the beginning of a clean translation or original).
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipelines.labelled_sets import N_FOLDS, read_ai_sets, read_dated, read_own, read_translations, read_web_pages
from pipelines.train_shipped import CLEAN, OPTIONS, describe, read_training
from provenance.models import Model, load_models
from provenance.signals import load_signals, measure_signals
from provenance.text.words import count_words
from provenance.train.artefacts import CleanOptions, clean_texts
from provenance.train.text_models import train_text_models

LANGUAGE = "en"
BATCH_ROWS = 1000
MIN_WORDS = 80
SHORT_WORDS = 140


def read_labelled(data: Path) -> pl.DataFrame:
    """All labelled documents of the language, in both forms, with n_words."""
    frames = [read(data) for read in (read_ai_sets, read_dated, read_own, read_translations, read_web_pages)]
    raw = pl.concat(frames, how="vertical_relaxed").filter(pl.col("lang") == LANGUAGE).with_row_index("document")
    clean = clean_texts(raw, CleanOptions(max_words=CLEAN.max_words))
    raw = raw.filter(pl.col("use").fill_null("") != "fit")
    news = raw.filter(pl.col("label").is_in(["mt", "ht", "original"]))
    short = clean_texts(news, CleanOptions(max_words=SHORT_WORDS))  # there are hardly any short originals
    forms = {"raw": raw, "clean": clean, "short": short}
    both = pl.concat(frame.with_columns(form=pl.lit(form)) for form, frame in forms.items())
    return both.with_columns(n_words=count_words(pl.col("text"))).filter(pl.col("n_words") >= MIN_WORDS)


def train_without(held_out: pl.DataFrame, training: pl.DataFrame, tools: Path, out: Path) -> tuple[Model, ...]:
    """The models of one fold: trained without the texts in `held_out`."""
    out.mkdir(parents=True, exist_ok=True)
    kept = training.join(held_out, on="text", how="anti")
    made = train_text_models(kept, OPTIONS, out=out, tools=tools)
    return tuple(describe(file, out) for file in made)


def measure(labelled: pl.DataFrame, models: Sequence[Model]) -> pl.DataFrame:
    """The table without its texts, beside its signals."""
    signals = load_signals(models)
    parts = [
        part.drop("text").hstack(measure_signals(part, signals).get_columns())
        for part in labelled.with_columns(language="lang").iter_slices(BATCH_ROWS)
    ]
    return pl.concat(parts)


def cross_fit(data: Path, tools: Path, out: Path) -> pl.DataFrame:
    """Signals of all documents, each by the models of its fold; those of no fold by the shipped models."""
    labelled = read_labelled(data)
    parts = [measure(labelled.filter(pl.col("fold").is_null()), load_models())]
    training = read_training(data)
    for fold in range(N_FOLDS):
        mine = labelled.filter(pl.col("fold") == fold)
        held_out = clean_texts(read_held_out(data, fold), CLEAN)
        parts.append(measure(mine, train_without(held_out, training, tools, out / f"fold{fold}")))
    return pl.concat(parts, how="diagonal_relaxed")


def read_held_out(data: Path, fold: int) -> pl.DataFrame:
    """All texts of a fold, not only those sampled for measuring."""
    frames = [read(data, per_cell=None) for read in (read_ai_sets, read_dated, read_own, read_translations)]
    return pl.concat([frame.filter(pl.col("fold") == fold).select("text") for frame in frames]).unique()


def main() -> None:
    """Writes measured.parquet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("out/calibration"))
    parser.add_argument("--tools", type=Path, default=Path(".tools/bin"))
    options = parser.parse_args()
    measured = cross_fit(options.data, options.tools, options.out)
    measured.write_parquet(options.out / "measured.parquet")
    digests = {
        model.name: model.sha256 for model in load_models() if model.kind.startswith(("lm_", "lr_", "vocabulary"))
    }
    (options.out / "models.json").write_text(json.dumps(digests, indent=1))
    print(f"{options.out / 'measured.parquet'}: {measured.height} rows")


if __name__ == "__main__":
    main()
