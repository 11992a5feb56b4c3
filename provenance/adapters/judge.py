"""Judging texts outside an archive: one text, a list, or a column of a frame.

A text has no markup and no capture date, so only what stands in the words speaks. The models are loaded once per
process, on first use, by path; a Judge is picklable. In a process that was forked after polars was imported, a
companion process judges (see `processes/companion.py`), and frames are only put together column by column: all else of
polars would wait for ever there.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from provenance.adapters.processes.companion import ask
from provenance.adapters.processes.forks import is_forked
from provenance.errors import ConfigError
from provenance.extract import LanguageIdentifier
from provenance.models import find_model, load_models
from provenance.models.calibration import load_calibration
from provenance.schema import VERDICTS
from provenance.signals import Signal, load_signals, measure_signals
from provenance.signals.base import MENDED
from provenance.signals.calques import LEXICON, load_calques
from provenance.signals.options import SignalOptions
from provenance.text.repair import repair_texts
from provenance.text.words import count_words
from provenance.verdict import VerdictOptions, judge_batch, name_families

CHUNK_ROWS = 1000
COLUMNS = ("language", "n_words", "ai_score", "mt_score", "ai_llr", "mt_llr", "origin", "evidence")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one signal says: its value, what that is worth in nats for its origin, and words for people."""

    signal: str
    value: float | None
    nats: float
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one text; scores are null where they cannot be measured.

    `family` is the family of language models an AI-generated text reads like, null where that cannot be told.
    """

    origin: str
    ai_score: float | None
    mt_score: float | None
    language: str | None
    n_words: int
    evidence: tuple[Evidence, ...]
    family: str | None = None

    def explain(self) -> str:
        """The verdict and its evidence in lines for people, strongest evidence first."""
        lines = [
            f"origin: {self.origin}",
            f"AI-generated: {_score(self.ai_score)}   machine-translated: {_score(self.mt_score)}",
            f"language: {self.language or 'not told'}, {self.n_words} words",
        ]
        if self.family is not None:
            lines.append(f"reads like the generators of: {self.family}")
        if self.ai_score is None:
            short = self.n_words < VerdictOptions().min_words
            lines.append(f"no score: {'too few words' if short else 'no model for the language, or not running prose'}")
        lines += [f"{item.nats:+6.2f} nats  {item.signal}: {item.detail}" for item in self.evidence]
        return "\n".join(lines if self.evidence else [*lines, "no evidence either way"])


@dataclass(frozen=True, slots=True)
class Judge:
    """Scores texts with the models of a folder; null means those shipped with the package."""

    models: Path | None = None
    options: VerdictOptions = field(default_factory=VerdictOptions)
    calques: tuple[Path, ...] = ()

    @classmethod
    def load(
        cls,
        models: Path | str | None = None,
        options: VerdictOptions | None = None,
        *,
        calques: Sequence[Path | str] = (),
    ) -> "Judge":
        """A judge whose models and lexicons are loaded and checked now; ConfigError when one is missing or damaged.

        `calques` are lexicons searched beside the shipped one.
        """
        folder = None if models is None else Path(models)
        judge = cls(folder, options or VerdictOptions(), tuple(map(Path, calques)))
        load_instruments(judge.models, judge.calques)
        load_calques((LEXICON, *judge.calques))
        load_calibration(judge.models)
        return judge

    def score(self, frame: pl.DataFrame, text: str = "text") -> pl.DataFrame:
        """The frame with the columns of a verdict beside, row for row; columns of the same name are replaced.

        A null text has a null score and no evidence. Raises ConfigError when the text column is missing or no text.
        """
        column = _read_text(frame, text)
        found = {item.name: item for item in (*frame.get_columns(), column, *self._judge(column).get_columns())}
        return pl.DataFrame(list(found.values()))

    def judge(self, text: str) -> Verdict:
        """The verdict of one text."""
        if is_forked():
            return ask(Judge.judge, self, text)
        documents, signals = measure_texts(_series([text]), self.models, calques=self.calques)
        frame = self._weigh(documents, signals)
        row = frame.row(0, named=True)
        evidence = tuple(Evidence(**item) for item in row["evidence"])
        family = name_families(frame["origin"], signals, self.options).item()
        scores = (row["ai_score"], row["mt_score"])
        return Verdict(row["origin"], *scores, row["language"], row["n_words"], evidence, family)

    def _judge(self, texts: pl.Series) -> pl.DataFrame:
        if is_forked():
            return ask(_judge_list, self, texts.to_list())
        chunks = [self._judge_chunk(texts[at : at + CHUNK_ROWS]) for at in range(0, max(len(texts), 1), CHUNK_ROWS)]
        return pl.concat(chunks)

    def _judge_chunk(self, texts: pl.Series) -> pl.DataFrame:
        known = texts.is_not_null()
        return self._weigh(*measure_texts(texts, self.models, calques=self.calques)).with_columns(
            pl.when(known).then(pl.col("language", "n_words")).name.keep(),
        )

    def _weigh(self, documents: pl.DataFrame, signals: pl.DataFrame) -> pl.DataFrame:
        verdicts = judge_batch(documents, signals, load_calibration(self.models), self.options, first_seen=None)
        frame = documents.select("language", "n_words").hstack(verdicts.drop("doc_id", "first_seen").get_columns())
        return frame.select(COLUMNS)


def judge(text: str) -> Verdict:
    """The verdict of one text, by the shipped models."""
    return Judge().judge(text)


def judge_many(texts: Sequence[str | None]) -> pl.DataFrame:
    """The verdicts of many texts, a row each in order, columns as `provenance judge --out` writes them.

    `id` is the position, from 0. Raises ConfigError for one text instead of many.
    """
    if isinstance(texts, str):
        raise ConfigError("judge_many: a list of texts is expected, not one text; `judge` takes one")
    judged = Judge()._judge(_series(texts))
    ids = pl.Series("id", list(map(str, range(len(texts)))), dtype=pl.String)
    return pl.DataFrame([ids, *judged.get_columns()])


def _judge_list(judge: Judge, texts: list[str | None]) -> pl.DataFrame:
    return judge._judge(_series(texts))


def _read_text(frame: pl.DataFrame, text: str) -> pl.Series:
    """The column as texts. Raises ConfigError when there is none of that name, or not of text."""
    found: pl.Series | None = frame.get_column(text, default=None)
    if found is not None and isinstance(found.dtype, pl.Categorical | pl.Enum):
        return found.cast(pl.String)
    if found is None or found.dtype != pl.String:
        raise ConfigError(f"text column {text!r}: not a column of text; columns are {', '.join(frame.columns)}")
    return found


def _series(texts: Sequence[str | None]) -> pl.Series:
    """The texts as a column; a lone surrogate, which UTF-8 cannot hold, becomes a question mark.

    Raises ConfigError for what is no text.
    """
    for position, text in enumerate(texts):
        if text is not None and not isinstance(text, str):
            raise ConfigError(f"text {position}: a text is expected, not {type(text).__name__}")
    valid = [text.encode("utf-8", "replace").decode() if text is not None else None for text in texts]
    return pl.Series("text", valid, dtype=pl.String)


def output_schema(id_dtype: pl.DataType | None = None) -> pl.Schema:
    """Columns of `judge --out`."""
    scores = {name: VERDICTS.columns[name].dtype for name in COLUMNS if name in VERDICTS.columns}
    return pl.Schema({"id": id_dtype or pl.String(), "language": pl.String, "n_words": pl.Int64, **scores})


def measure_texts(
    texts: pl.Series,
    models: Path | None = None,
    *,
    languages: pl.Series | None = None,
    calques: tuple[Path, ...] = (),
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Documents (doc_id, text, language, ...) and all their signals, row for row; for spans and for training.

    `languages` (ISO 639) are taken as given instead of identified; `calques` are lexicons beside the shipped one.
    """
    _refuse_fork()
    identify, signals = load_instruments(models, calques)
    text = texts.fill_null("").alias("text")
    found = identify.identify(text)
    if languages is not None:
        found = found.with_columns(languages.alias("language"))
    documents = (
        pl.DataFrame([text, pl.Series("doc_id", range(text.len())).cast(pl.String)])
        .with_columns(
            pl.col("text").str.len_chars().cast(pl.Int64).alias("n_chars"),
            repair_texts(text).alias(MENDED),
            *found.get_columns(),
        )
        .with_columns(count_words(pl.col(MENDED)).alias("n_words"))
    )
    return documents.drop(MENDED), measure_signals(documents, signals)


def _refuse_fork() -> None:
    """Raises ConfigError in a process forked after polars was imported, where what is measured cannot be used."""
    if is_forked():
        raise ConfigError(
            "this process was forked after polars was imported, and would wait forever for threads of polars; start "
            "processes with multiprocessing.get_context('spawn') or 'forkserver'; judge, judge_many, Judge, Filter, "
            "Weights and Scorer work here, too"
        )


@functools.cache
def load_instruments(
    models_folder: Path | None, calques: tuple[Path, ...] = ()
) -> tuple[LanguageIdentifier, tuple[Signal, ...]]:
    """What measures, loaded once per process. Raises ConfigError when a model is missing or damaged."""
    models = load_models(models_folder)
    identifier = find_model(models, "language_identifier")
    if identifier is None:
        raise ConfigError(f"{models_folder}: no model of kind language_identifier")
    return LanguageIdentifier.load(identifier.path), load_signals(models, SignalOptions(calques))


def _score(value: float | None) -> str:
    return "not measurable" if value is None else f"{value:.3f}"
