"""Fits all models of texts of one language from labelled texts: what signals/text_models.py reads.

A vocabulary over all labels; KenLM pairs for AI-generated and human, translated and original texts; linear models of
AI-generated against human texts, of genres, and of families of generators. Same texts, options and tools give the same
bytes.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from provenance.errors import ConfigError
from provenance.models.linear import LinearModel
from provenance.schema import FAMILIES
from provenance.text.delexicalise import Vocabulary
from provenance.train.linear import LinearOptions, fit_binary, fit_classes
from provenance.train.lm import LanguageModelOptions, TrainedFile, describe_file, select_texts, train_language_models
from provenance.train.translation import OPTIONS as TRANSLATION
from provenance.train.translation import fit_translation
from provenance.train.vocabulary import VocabularyOptions, count_vocabulary

PAIRS = (("ai", "human"), ("translated", "original"))


@dataclass(frozen=True, slots=True)
class TextModelOptions:
    """Defaults are the recipe of the shipped models.

    `vocabulary` may be that of other models, for those that are to stand beside them. The translation pair has a tenth
    of the texts: longer n-grams rank worse. A genre takes part with `genre_least` texts, and with at most `genre_most`
    of each cell; so does a family with `family_most` of it in each cell.
    """

    vocabulary: VocabularyOptions | Vocabulary = field(default_factory=VocabularyOptions)
    ai: LanguageModelOptions = field(default_factory=LanguageModelOptions)
    translation: LanguageModelOptions = field(default_factory=lambda: LanguageModelOptions(2, (0, 0), 8))
    linear: LinearOptions = field(default_factory=LinearOptions)
    translated: LinearOptions = TRANSLATION
    genre: LinearOptions = field(default_factory=lambda: LinearOptions(bits=15, strength=10.0, steps=30))
    genre_least: int = 20
    genre_most: int = 300
    family_least: int = 100
    family_most: int = 1000
    family: LinearOptions = field(default_factory=lambda: LinearOptions(bits=15, strength=10.0, steps=40))


def train_text_models(
    labelled: pl.DataFrame,
    options: TextModelOptions,
    *,
    out: Path,
    tools: Path | None = None,
    language: str = "en",
) -> list[TrainedFile]:
    """Writes the models that the labels allow to `out`, and says what was written.

    `labelled` has text, label (ai, human, translated, original) and lang; optionally source (sources weigh alike in
    the vocabulary), cell (see train/linear.py; label and source by default), translator and pair_id (see
    train/translation.py), genre, and family (of the language model that wrote the text). `tools` is the folder of
    lmplz; without it no language models are made. Raises ConfigError for missing tools, columns or labels.
    """
    texts = select_texts(labelled, language)
    made: list[TrainedFile] = []
    if tools is not None:
        chosen_words = options.vocabulary
        known = chosen_words if isinstance(chosen_words, Vocabulary) else count_vocabulary(texts, chosen_words)
        for pair, chosen in zip(PAIRS, (options.ai, options.translation), strict=True):
            part = texts.filter(pl.col("label").is_in(pair))
            if part.height:
                made += train_language_models(part, chosen, tools=tools, out=out, language=language, vocabulary=known)
    made += train_linear_models(texts, options, out=out, language=language)
    if not made:
        raise ConfigError("nothing to fit: labels ai beside human, or translated beside original, are needed")
    # The vocabulary is written with either pair, and counted on all texts.
    told = [replace(file, n_documents=texts.height) if file.kind == "vocabulary" else file for file in made]
    return list({file.name: file for file in told}.values())


def train_linear_models(
    texts: pl.DataFrame, options: TextModelOptions, *, out: Path, language: str
) -> list[TrainedFile]:
    """The linear models that the labels and genres allow; `texts` as `select_texts` gives them."""
    made = []
    pair = texts.filter(pl.col("label").is_in(PAIRS[0]))
    if pair["label"].n_unique() == 2:
        made.append(_write(fit_binary(pair, "ai", options.linear), pair, out / f"{language}.lr_ai.npz", language))
    pair = texts.filter(pl.col("label").is_in(PAIRS[1]))
    if pair["label"].n_unique() == 2:
        made.append(_write(fit_translation(pair, options.translated), pair, out / f"{language}.lr_mt.npz", language))
    for column, chosen in (("genre", options.genre), ("family", options.family)):
        part = select_classes(texts, column, options)
        if part["label"].n_unique() >= 3:
            made.append(_write(fit_classes(part, chosen), part, out / f"{language}.lr_{column}.npz", language))
    return made


def select_classes(texts: pl.DataFrame, column: str, options: TextModelOptions) -> pl.DataFrame:
    """The texts of those classes of a column, genre or family, that have enough of them; the class as their label.

    Of a cell no more than the options say; the families of a cell are cells of their own. Raises ConfigError for a
    family that no column could hold.
    """
    if column not in texts.columns:
        return texts.clear()
    least, most, cell = options.genre_least, options.genre_most, pl.col("cell")
    if column == "family":
        _check_families(texts["family"])
        least, most, cell = options.family_least, options.family_most, pl.format("{} {}", "cell", "family")
    known = texts.drop_nulls(column).filter(pl.len().over(column) >= least).with_columns(cell=cell)
    order = pl.col("text").hash(0).rank("ordinal").over("cell")
    return known.filter(order <= most).with_columns(label=pl.col(column))


def _check_families(families: pl.Series) -> None:
    unknown = sorted(set(families.drop_nulls()) - set(FAMILIES))
    if unknown:
        raise ConfigError(f"family {unknown[0]!r} is not known; known are {', '.join(FAMILIES)}")


def _write(model: LinearModel, texts: pl.DataFrame, path: Path, language: str) -> TrainedFile:
    model.save(path)
    kind = path.name.removeprefix(f"{language}.").removesuffix(".npz")
    return describe_file(path, kind, language, texts.height, 0)
