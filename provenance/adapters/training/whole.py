"""From labelled texts to a folder of models that a Judge loads: models, calibration, cards, manifest.

The calibration is fitted on figures of models that saw neither a document nor its group, and what is said of its errors
is counted by calibrations fitted without the fold, too. Same files, options and tools give the same bytes.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from provenance.adapters.cross_fit import Tell, assign_folds, describe_files, measure_unseen, measure_with
from provenance.adapters.training.cards import Sources, describe_calibration, describe_models, tell_recipe
from provenance.adapters.training.folder import (
    CALIBRATION,
    add_models,
    check_target,
    install,
    model_digests,
    write_card,
)
from provenance.adapters.training.labelled import (
    check_enough,
    label_calibration,
    ready_labelled,
    ready_references,
)
from provenance.errors import ConfigError
from provenance.models import Model, load_models
from provenance.models.calibration import Calibration
from provenance.models.registry import describe_model
from provenance.text.words import count_visible_words
from provenance.train.artefacts import CleanOptions, clean_texts
from provenance.train.calibration import fit_calibration
from provenance.train.error_counts import count_errors
from provenance.train.genre_reference import GenreOptions
from provenance.train.lm import check_tools
from provenance.train.options import AI_MARKS, AI_SIGNALS, MT_MARKS, MT_SIGNALS, AxisOptions, FitOptions
from provenance.train.reference import ReferenceOptions
from provenance.train.text_models import PAIRS, TextModelOptions, train_text_models
from provenance.verdict import judge_batch

MIN_WORDS = 80  # shorter texts get no score, so nothing is fitted on them
RECIPE = FitOptions(
    ai=AxisOptions(AI_SIGNALS, AI_MARKS, ReferenceOptions(miss=0.1), negatives=("human",), genres=GenreOptions()),
    mt=AxisOptions(MT_SIGNALS, MT_MARKS, negatives=("original",)),
)
REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """Defaults are the published recipe; `clean` takes out of labelled texts what tells how a set was collected."""

    language: str = "en"
    group: str | None = None
    folds: int = 4
    clean: CleanOptions | None = None
    licence: str = "LicenseRef-own"
    models: TextModelOptions = field(default_factory=TextModelOptions)
    fit: FitOptions = field(default_factory=lambda: RECIPE)


@dataclass(frozen=True, slots=True)
class Trained:
    """The models of the folder, and the documents judged by models and calibrations that had not seen them."""

    models: tuple[Model, ...]
    judged: pl.DataFrame


def train_all(
    labelled: pl.DataFrame,
    references: pl.DataFrame | None,
    options: TrainOptions,
    *,
    tools: Path,
    out: Path,
    sources: Sources,
    fresh: bool = False,
    tell: Tell = lambda _: None,
) -> Trained:
    """Fits everything and leaves it in `out`, whole or not at all. Columns as `docs/training.md` has them.

    Raises ConfigError before any work: missing tools or columns, one label only, too few groups or documents, a folder
    that holds other models.
    """
    check_target(out, fresh=fresh)
    check_tools(tools)
    texts, training = _deal(labelled, references, options)
    measured = measure_unseen(texts, training, options.models, tools=tools, language=options.language, tell=tell)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
        staged = Path(folder)
        tell(f"models of all {training.height:,} documents")
        made = train_text_models(training, options.models, out=staged, tools=tools, language=options.language)
        recipe = tell_recipe(options.folds, options.group, cleaned=options.clean is not None)
        told = describe_models(training, sources.labelled, options.licence, recipe)
        card = write_card(staged, f"{options.language}.text_models", told)
        models = describe_files(made, staged, licence=options.licence, card=card)
        tell("calibration")
        judged = _judge_unseen(measured, options)
        calibration = _count_errors(fit_measured(measured, options, models), judged)
        told = describe_calibration(calibration, judged, sources, options.licence, recipe)
        models = (*models, write_calibration(staged, calibration, write_card(staged, CALIBRATION, told), options))
        add_models(staged, models, old=())
        verify(staged, texts, options.language)
        install(staged, out)
    return Trained(load_models(out), judged)


def verify(folder: Path, texts: pl.DataFrame, language: str) -> None:
    """Loads what was written, measures and judges some texts with it. Raises ConfigError where it does not serve."""
    models = load_models(folder)
    calibration = Calibration.load(folder / "calibration.json")
    calibration.check_models({model.name: model.sha256 for model in models})
    sample = texts.filter(pl.col("n_words") >= MIN_WORDS).head(20)
    judged = _judge(measure_with(sample, models), calibration)
    if judged["ai_score"].null_count() == judged.height and judged["mt_score"].null_count() == judged.height:
        raise ConfigError(f"the models of {language} give no text a score; too few documents have {MIN_WORDS} words")


def _deal(
    labelled: pl.DataFrame, references: pl.DataFrame | None, options: TrainOptions
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is measured (with role, form and fold) and what models learn from."""
    ready = ready_labelled(labelled, language=options.language, group=options.group)
    whole = [label for pair in PAIRS if set(ready["label"]) >= set(pair) for label in pair]
    known = ready.with_columns(role=pl.lit("labelled"))
    tables = [known]
    if references is not None:
        humans = ready_references(references, language=options.language, group=options.group)
        tables.append(humans.with_columns(role=pl.lit(REFERENCE)))
    both = pl.concat(tables, how="diagonal")
    kind = both.select(pl.when(pl.col("role") == REFERENCE).then(pl.lit(REFERENCE)).otherwise("label")).to_series()
    both = both.with_columns(assign_folds(both["group"], kind, options.folds), form=pl.lit("raw"))
    training = both.filter(pl.col("role") == "labelled", pl.col("label").is_in(whole)).drop("form")
    if options.clean is not None:
        training = clean_texts(training, options.clean)
        both = pl.concat([both, training.with_columns(form=pl.lit("clean"))], how="diagonal")
    counted = both.with_columns(count_visible_words(pl.col("text")).alias("n_words"))
    texts = counted.filter(pl.col("n_words") >= MIN_WORDS)
    fitted = texts.filter(pl.col("role") == "labelled", pl.col("form") == _form(options))
    check_enough(fitted, whole, options.fit.min_documents, f" of {MIN_WORDS} words and more")
    return texts, training


def _form(options: TrainOptions) -> str:
    return "clean" if options.clean is not None else "raw"


def fit_measured(measured: pl.DataFrame, options: TrainOptions, models: Sequence[Model] = ()) -> Calibration:
    """The calibration from measured documents with role (labelled, reference) and form (raw, clean)."""
    told = measured.with_columns(label_calibration())
    known = told.filter(pl.col("role") == "labelled")
    humans = told.filter(pl.col("role") == REFERENCE)
    fit = options.fit
    if told.filter(pl.col("lr_ai_logit").is_not_null())["genre_news"].has_nulls():  # no genres told: one threshold
        fit = replace(fit, ai=replace(fit.ai, genres=None))
    return fit_calibration(
        known.filter(pl.col("form") == _form(options)),
        fit,
        references=humans if humans.height else None,
        marked=known.filter(pl.col("form") == "raw"),
        models=model_digests(models),
        notes={"recipe": "provenance train all", "fitted on": "figures of models that saw neither document nor group"},
    )


def _judge_unseen(measured: pl.DataFrame, options: TrainOptions) -> pl.DataFrame:
    """Documents as they were found, judged by a calibration fitted without their fold."""
    least = options.fit.min_documents * (options.folds - 1) // options.folds
    fewer = replace(options, fit=replace(options.fit, min_documents=least))
    parts = []
    for fold in measured["fold"].unique().sort():
        mine = pl.col("fold") == fold
        parts.append(
            _judge(measured.filter(mine, pl.col("form") == "raw"), fit_measured(measured.filter(~mine), fewer))
        )
    return pl.concat(parts).with_columns(label_calibration())


def _judge(measured: pl.DataFrame, calibration: Calibration) -> pl.DataFrame:
    numbered = measured.with_columns(doc_id=pl.int_range(pl.len()).cast(pl.String), language=pl.col("lang"))
    documents = numbered.select("doc_id", "language", "n_words")
    verdicts = judge_batch(documents, numbered.drop("doc_id", "language"), calibration, first_seen=None)
    return measured.hstack(verdicts.select("ai_score", "ai_llr", "mt_score", "mt_llr", "origin").get_columns())


def _count_errors(calibration: Calibration, judged: pl.DataFrame) -> Calibration:
    named = pl.when(pl.col("role") == REFERENCE).then("register").otherwise("domain").alias("group")
    if "register" not in judged.columns:
        named = pl.col("domain").alias("group")
    grouped = judged.with_columns(named)
    ai, mt = count_errors(grouped, "ai"), count_errors(grouped, "mt")
    return replace(calibration, ai=replace(calibration.ai, errors=ai), mt=replace(calibration.mt, errors=mt))


def write_calibration(staged: Path, calibration: Calibration, card: str, options: TrainOptions) -> Model:
    """Writes the file, and describes it for the manifest."""
    path = staged / "calibration.json"
    path.write_text(calibration.dumps(), encoding="utf-8")
    return describe_model(path, name=CALIBRATION, kind=CALIBRATION, language=None, licence=options.licence, card=card)
