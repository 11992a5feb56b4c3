"""Parts of a models folder, fitted one at a time: language models, linear models, a calibration."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import polars as pl

from provenance.adapters.cross_fit import describe_files, measure_with
from provenance.adapters.training.cards import Sources, describe_calibration, describe_models
from provenance.adapters.training.folder import (
    CALIBRATION,
    add_models,
    check_addition,
    read_models,
    write_card,
)
from provenance.adapters.training.labelled import check_enough, ready_labelled, ready_references
from provenance.adapters.training.whole import MIN_WORDS, REFERENCE, TrainOptions, fit_measured, write_calibration
from provenance.errors import ConfigError
from provenance.models import Model, load_models
from provenance.text.delexicalise import Vocabulary
from provenance.train.lm import TrainedFile, check_tools, select_texts, train_language_models
from provenance.train.text_models import PAIRS, TextModelOptions, train_linear_models
from provenance.train.vocabulary import count_vocabulary

Part = Literal["lm", "classifier"]
LEAST_DOCUMENTS = 50  # of a label: on fewer lmplz and scikit-learn run just as well, and nothing is learnt
_KINDS = {
    "lm": ("vocabulary", "lm_ai", "lm_human", "lm_translated", "lm_original"),
    "classifier": ("lr_ai", "lr_mt", "lr_genre", "lr_family"),
}
_UNSEEN = "taken on trust: that the models had not seen the documents; `provenance train all` sees to it"


def train_part(
    part: Part,
    labelled: pl.DataFrame,
    options: TrainOptions,
    *,
    tools: Path,
    out: Path,
    data: Sequence[Path],
    fresh: bool,
) -> list[Model]:
    """Fits the language models or the linear models, and adds them to a folder; gives what was made.

    Raises ConfigError for missing tools, too few documents, and models that would be replaced unasked.
    """
    texts = ready_labelled(labelled, language=options.language, group=options.group)
    pairs = [pair for pair in PAIRS if set(texts["label"]) >= set(pair)]
    if not pairs:
        raise ConfigError("the models need texts with the labels ai and human, or translated and original")
    texts = texts.filter(pl.col("label").is_in([label for pair in pairs for label in pair]))
    check_enough(texts, [label for pair in pairs for label in pair], LEAST_DOCUMENTS)
    check_addition(out, _KINDS[part], options.language, fresh=fresh)
    if part == "lm":
        check_tools(tools)
    old = read_models(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
        staged = Path(folder)
        if part == "lm":
            made = _train_pairs(texts, pairs, options.models, tools=tools, out=staged, language=options.language)
        else:
            made = train_linear_models(
                select_texts(texts, options.language), options.models, out=staged, language=options.language
            )
        out.mkdir(exist_ok=True)
        for file in made:
            os.replace(staged / file.file, out / file.file)
    told = describe_models(texts, data, options.licence, [f"`provenance train {part}`"])
    card = write_card(out, f"{options.language}.{part}", told)
    models = describe_files(made, out, licence=options.licence, card=card)
    add_models(out, models, old=old)
    return list(models)


def train_calibration(
    labelled: pl.DataFrame,
    references: pl.DataFrame | None,
    options: TrainOptions,
    *,
    folder: Path,
    sources: Sources,
    fresh: bool,
) -> Model:
    """Fits the calibration of a folder of models, in all its languages, on documents these have not seen; gives it.

    Raises ConfigError for too few documents, and where the folder has a calibration and `fresh` is not asked.
    """
    models = [model for model in load_models(folder) if model.kind != CALIBRATION]
    check_addition(folder, (CALIBRATION,), None, fresh=fresh)
    texts = ready_labelled(labelled, language=None, group=options.group)
    tables = [texts.with_columns(role=pl.lit("labelled"))]
    if references is not None:
        humans = ready_references(references, language=None, group=options.group)
        tables.append(humans.with_columns(role=pl.lit(REFERENCE)))
    both = pl.concat(tables, how="diagonal").with_columns(form=pl.lit("raw"))
    measured = measure_with(both, models).filter(pl.col("n_words") >= MIN_WORDS)
    whole = [label for pair in PAIRS if set(texts["label"]) >= set(pair) for label in pair]
    labels = measured.filter(pl.col("role") == "labelled")
    check_enough(labels, whole, options.fit.min_documents, f" of {MIN_WORDS} words and more")
    calibration = fit_measured(measured, options, models)
    if not calibration.ai.strata and not calibration.mt.strata:
        raise ConfigError(f"{folder}: no model there measures enough of these texts; nothing was written")
    told = describe_calibration(
        calibration, measured, sources, options.licence, ["`provenance train calibration`"], limits=[_UNSEEN]
    )
    written = write_calibration(folder, calibration, write_card(folder, CALIBRATION, told), options)
    add_models(folder, [written], old=models)
    return written


def _train_pairs(
    texts: pl.DataFrame,
    pairs: Sequence[tuple[str, str]],
    options: TextModelOptions,
    *,
    tools: Path,
    out: Path,
    language: str,
) -> list[TrainedFile]:
    known = select_texts(texts, language)
    words = options.vocabulary
    vocabulary = words if isinstance(words, Vocabulary) else count_vocabulary(known, words)
    made: dict[str, TrainedFile] = {}
    for pair in pairs:
        chosen = options.ai if pair == PAIRS[0] else options.translation
        part = known.filter(pl.col("label").is_in(pair))
        files = train_language_models(part, chosen, tools=tools, out=out, language=language, vocabulary=vocabulary)
        made |= {file.name: file for file in files}
    return list(made.values())
