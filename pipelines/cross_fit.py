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

from pipelines.labelled_sets import N_FOLDS, read_ai_sets, read_dated, read_translations, read_web_pages
from pipelines.train_shipped import CLEAN, MODELS, PAIRS, VOCABULARY
from provenance.models import Model, load_models
from provenance.signals import load_signals, measure_signals
from provenance.text.words import count_words
from provenance.train.artefacts import CleanOptions, clean_texts
from provenance.train.lm import train_language_models
from provenance.train.vocabulary import count_vocabulary

LANGUAGE = "en"
BATCH_ROWS = 1000
MIN_WORDS = 80
SHORT_WORDS = 140


def read_labelled(data: Path) -> pl.DataFrame:
    """All labelled documents of the language, in both forms, with n_words."""
    frames = [read(data) for read in (read_ai_sets, read_dated, read_translations, read_web_pages)]
    raw = pl.concat(frames, how="vertical_relaxed").filter(pl.col("lang") == LANGUAGE).with_row_index("document")
    clean = clean_texts(raw, CleanOptions(max_words=CLEAN.max_words))
    raw = raw.filter(pl.col("use").fill_null("") != "fit")
    news = raw.filter(pl.col("label").is_in(["mt", "ht", "original"]))
    short = clean_texts(news, CleanOptions(max_words=SHORT_WORDS))  # there are hardly any short originals
    forms = {"raw": raw, "clean": clean, "short": short}
    both = pl.concat(frame.with_columns(form=pl.lit(form)) for form, frame in forms.items())
    return both.with_columns(n_words=count_words(pl.col("text"))).filter(pl.col("n_words") >= MIN_WORDS)


def train_without(held_out: pl.DataFrame, data: Path, tools: Path, out: Path) -> tuple[Model, ...]:
    """The models of one fold: trained without the texts in `held_out`."""
    out.mkdir(parents=True, exist_ok=True)
    unseen = held_out.select("text")
    pairs = {name: read(data).filter(pl.col("lang") == LANGUAGE) for name, read in PAIRS.items()}
    pairs = {name: clean_texts(pair.join(unseen, on="text", how="anti"), CLEAN) for name, pair in pairs.items()}
    vocabulary = count_vocabulary(pl.concat(pairs.values()), VOCABULARY, max_tokens=MODELS["ai"].max_tokens)
    made: dict[str, Model] = {}
    for name, pair in pairs.items():
        trained = train_language_models(
            pair, MODELS[name], tools=tools, out=out, language=LANGUAGE, vocabulary=vocabulary
        )
        made |= {
            file.name: Model(file.name, file.kind, LANGUAGE, out / file.file, file.sha256, "", "") for file in trained
        }
    return tuple(made.values())


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
    for fold in range(N_FOLDS):
        mine = labelled.filter(pl.col("fold") == fold)
        held_out = read_held_out(data, fold)
        parts.append(measure(mine, train_without(held_out, data, tools, out / f"fold{fold}")))
    return pl.concat(parts, how="diagonal_relaxed")


def read_held_out(data: Path, fold: int) -> pl.DataFrame:
    """All texts of a fold, not only those sampled for measuring."""
    frames = [read(data, per_cell=None) for read in (read_ai_sets, read_dated, read_translations)]
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
    digests = {model.name: model.sha256 for model in load_models() if model.kind.startswith(("lm_", "vocabulary"))}
    (options.out / "models.json").write_text(json.dumps(digests, indent=1))
    print(f"{options.out / 'measured.parquet'}: {measured.height} rows")


if __name__ == "__main__":
    main()
