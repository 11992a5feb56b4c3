"""Fits models of translated text for all languages with data, and measures them on a year they have not seen.

    python -m pipelines.train_translation ../shared/data --out out/translation [--tools .tools/bin]

Leaves in `models/` the shipped models with those of translated text added or replaced, fitted on all years, to be named
by `provenance judge --models` and in a run's configuration; and in `unseen.parquet` the documents of WMT 2021 and 2022,
each judged by models of the same recipe fitted without its year. Licences of the data: pipelines/translation_sets.py.
"""

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipelines.train_shipped import LICENCE
from pipelines.translation_sets import TARGETS, read_translation_sets
from provenance.adapters.cross_fit import assign_folds, describe_files, measure_unseen, measure_with
from provenance.adapters.training.labelled import label_calibration, ready_labelled
from provenance.models import Model, find_model, load_models
from provenance.models.calibration import Calibration
from provenance.models.registry import describe_model, write_manifest
from provenance.signals.text_models import load_vocabulary
from provenance.text.delexicalise import Vocabulary
from provenance.train.calibration import fit_calibration
from provenance.train.options import MT_MARKS, MT_SIGNALS, AxisOptions, FitOptions
from provenance.train.text_models import TextModelOptions, train_text_models
from provenance.train.vocabulary import VocabularyOptions
from provenance.verdict import judge_batch

YEARS = ("wmt21", "wmt22")
N_FOLDS = 4
FIT = FitOptions(mt=AxisOptions(MT_SIGNALS, MT_MARKS, negatives=("original",)), min_documents=40)
CARD = "cards/translation.md"


def fit_language(texts: pl.DataFrame, language: str, tools: Path, out: Path) -> tuple[pl.DataFrame, tuple[Model, ...]]:
    """Documents measured by models without their source text, and the models of all of them, in `out`."""
    ready = ready_labelled(texts.filter(pl.col("lang") == language), language=language, group="pair_id")
    dealt = ready.with_columns(assign_folds(ready["group"], ready["label"], N_FOLDS))
    options = TextModelOptions(vocabulary=find_vocabulary(language))
    measured = measure_unseen(dealt, dealt, options, tools=tools, language=language, tell=print)
    out.mkdir(parents=True, exist_ok=True)
    made = train_text_models(dealt, options, out=out, tools=tools, language=language)
    return measured, describe_files(made, out, licence=LICENCE, card=CARD)


def find_vocabulary(language: str) -> Vocabulary | VocabularyOptions:
    """The vocabulary of the shipped models of the language, which its other models go on using, or a new one."""
    shipped = find_model(load_models(), "vocabulary", language)
    return load_vocabulary(shipped.path) if shipped else VocabularyOptions()


def fit_all(
    texts: pl.DataFrame, languages: Sequence[str], tools: Path, out: Path
) -> tuple[Calibration, tuple[Model, ...]]:
    """Models of all languages in `out`, and the calibration of their axis."""
    fitted = [fit_language(texts, language, tools, out) for language in languages]
    measured = pl.concat([each for each, _ in fitted], how="diagonal_relaxed").with_columns(label_calibration())
    models = tuple(model for _, made in fitted for model in made)
    digests = {model.name: model.sha256 for model in models}
    return fit_calibration(measured, FIT, models=digests, notes={"recipe": "pipelines/train_translation.py"}), models


def judge_year(texts: pl.DataFrame, year: str, tools: Path, out: Path) -> pl.DataFrame:
    """The documents of one year with mt_score, mt_llr and origin, by models of all the others."""
    mine, others = texts.filter(pl.col("set") == year), texts.filter(pl.col("set") != year)
    languages = [language for language in TARGETS if _is_enough(others, language)]
    calibration, models = fit_all(others, languages, tools, out / f"without {year}")
    measured = measure_with(mine, models).with_columns(doc_id=pl.int_range(pl.len()).cast(pl.String))
    documents = measured.select("doc_id", "n_words", language="lang")
    verdicts = judge_batch(documents, measured.drop("doc_id"), calibration, first_seen=None)
    return measured.hstack(verdicts.select("mt_score", "mt_llr", "origin").get_columns())


def _is_enough(texts: pl.DataFrame, language: str) -> bool:
    spoken = texts.filter(pl.col("lang") == language)
    return all(spoken.filter(pl.col("label") == label).height >= FIT.min_documents for label in ("mt", "original"))


def add_to_shipped(calibration: Calibration, models: Sequence[Model], out: Path) -> None:
    """The shipped models beside these in one folder; these replace those of the same name."""
    shipped = load_models()
    ours = {model.name: model for model in models}
    kept = [model for model in shipped if model.kind != "calibration" and model.name not in ours]
    for model in kept:
        shutil.copy2(model.path, out / model.path.name)
    base = Calibration.load(next(model.path for model in shipped if model.kind == "calibration"))
    known = {**base.models, **{name: model.sha256 for name, model in ours.items()}}
    axis = replace(calibration.mt, marks=base.mt.marks, references=())
    path = out / "calibration.json"
    path.write_text(replace(base, models=known, mt=axis).dumps(), encoding="utf-8")
    shutil.copytree(shipped[0].path.parent / "cards", out / "cards", dirs_exist_ok=True)
    (out / CARD).write_text("Fitted by pipelines/train_translation.py on sets without a licence to ship.\n", "utf-8")
    told = describe_model(
        path, name="calibration", kind="calibration", language=None, licence="LicenseRef-own", card=CARD
    )
    write_manifest(out, [*kept, *ours.values(), told])


def main() -> None:
    """Writes both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("out/translation"))
    parser.add_argument("--tools", type=Path, default=Path(".tools/bin"))
    asked = parser.parse_args()
    texts = read_translation_sets(asked.data)
    unseen = pl.concat([judge_year(texts, year, asked.tools, asked.out) for year in YEARS], how="diagonal_relaxed")
    unseen.write_parquet(asked.out / "unseen.parquet")
    calibration, models = fit_all(texts, TARGETS, asked.tools, asked.out / "models")
    add_to_shipped(calibration, models, asked.out / "models")
    print(f"{asked.out / 'unseen.parquet'}: {unseen.height} rows; {asked.out / 'models'}: {len(models)} models")


if __name__ == "__main__":
    main()
