"""How likely a text is under n-gram models of AI-generated, human, translated and original text.

The ratio of two KenLM models over delexicalised tokens (text/tokens.py), each sentence with its begin and end mark, in
training and in scoring alike. KenLM: Heafield 2011, "KenLM: Faster and Smaller Language Model Queries".
"""

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

import kenlm
import numpy as np
import polars as pl

from provenance.models import Model, find_model
from provenance.schema import Column
from provenance.signals.burstiness import Floats, deviation_over_sentences
from provenance.text.segment import segment_texts
from provenance.text.tokens import Vocabulary

_NATS_PER_BAN = math.log(10)
_BITS_PER_BAN = math.log2(10)


class _Scorer(Protocol):
    def score(self, sentence: str, bos: bool = True, eos: bool = True) -> float: ...


@dataclass(frozen=True, slots=True)
class LanguagePaths:
    """The model files of one language; a pair that is not there is null, its columns then too."""

    language: str
    vocabulary: Path
    ai: Path | None = None
    human: Path | None = None
    translated: Path | None = None
    original: Path | None = None

    @classmethod
    def find(cls, models: Sequence[Model], language: str) -> "LanguagePaths | None":
        """The files of that language among the models, null without its vocabulary."""
        kinds = ("vocabulary", "lm_ai", "lm_human", "lm_translated", "lm_original")
        found = [find_model(models, kind, language) for kind in kinds]
        vocabulary, *pairs = [model.path if model else None for model in found]
        return cls(language, vocabulary, *pairs) if vocabulary else None


@dataclass(frozen=True, slots=True)
class LanguageModels:
    """Log-likelihood ratios per token of a text's beginning, their deviation over sentences, and bits per character.

    Null below `min_words`, in a language without models, and for the deviations below `min_sentences`.
    """

    columns: ClassVar[Mapping[str, Column]] = {
        "lm_ai_llr": Column(pl.Float64, "nats per token", "log p(text | AI) - log p(text | human)"),
        "lm_mt_llr": Column(pl.Float64, "nats per token", "log p(text | translated) - log p(text | original)"),
        "lm_human_bits_per_char": Column(
            pl.Float64, "bits per character", "surprise of the delexicalised text to the human model", 0.0
        ),
        "lm_ai_burstiness": Column(pl.Float64, "nats per token", "deviation of lm_ai_llr over sentences", 0.0),
        "lm_mt_burstiness": Column(pl.Float64, "nats per token", "deviation of lm_mt_llr over sentences", 0.0),
        "lm_n_tokens": Column(pl.Int64, "tokens", "tokens the models have read", 0),
    }
    needs: ClassVar[tuple[str, ...]] = ("text", "language")

    languages: tuple[LanguagePaths, ...]
    max_tokens: int = 700  # three windows of 200 words and their marks
    min_words: int = 40
    min_sentences: int = 4

    def measure(self, batch: pl.DataFrame) -> pl.DataFrame:
        """The columns; a text is measured alone."""
        measured = pl.DataFrame(schema={name: column.dtype for name, column in self.columns.items()})
        measured = measured.clear(batch.height)
        for paths in self.languages:
            rows = (batch["language"].cast(pl.String) == paths.language).fill_null(False)
            if rows.any():
                part = self._measure_language(batch["text"].filter(rows), paths)
                measured = _place(measured, part, rows)
        return measured

    def _measure_language(self, texts: pl.Series, paths: LanguagePaths) -> pl.DataFrame:
        sentences = segment_texts(texts, load_vocabulary(paths.vocabulary), max_tokens=self.max_tokens)
        listed = sentences["sentence"].to_list()
        human = _log_likelihood(listed, paths.human)
        ai = _log_likelihood(listed, paths.ai) - human
        mt = _log_likelihood(listed, paths.translated) - _log_likelihood(listed, paths.original)
        return self._sum_up(sentences, ai, mt, human, texts.len())

    def _sum_up(self, sentences: pl.DataFrame, ai: Floats, mt: Floats, human: Floats, n_documents: int) -> pl.DataFrame:
        document = sentences["document"].cast(pl.Int64).to_numpy()
        lengths = sentences["n_tokens"].cast(pl.Float64).to_numpy()

        def total(values: Floats) -> Floats:
            return np.bincount(document, weights=values, minlength=n_documents).astype(np.float64)

        def vary(values: Floats) -> Floats:
            return deviation_over_sentences(values, lengths, document, n_documents, min_sentences=self.min_sentences)

        n_tokens, n_chars = total(lengths), total(sentences["n_chars"].to_numpy())
        enough = total(sentences["n_words"].to_numpy()) >= max(self.min_words, 1)
        tokens, chars = np.where(enough, n_tokens, np.nan), np.where(enough, n_chars, np.nan)
        values = {
            "lm_ai_llr": total(ai) * _NATS_PER_BAN / tokens,
            "lm_mt_llr": total(mt) * _NATS_PER_BAN / tokens,
            "lm_human_bits_per_char": -total(human) * _BITS_PER_BAN / chars,
            "lm_ai_burstiness": np.where(enough, vary(ai) * _NATS_PER_BAN, np.nan),
            "lm_mt_burstiness": np.where(enough, vary(mt) * _NATS_PER_BAN, np.nan),
            "lm_n_tokens": tokens,
        }
        frame = pl.DataFrame({name: pl.Series(value, dtype=pl.Float64) for name, value in values.items()})
        return frame.fill_nan(None).cast({"lm_n_tokens": pl.Int64})


@functools.cache
def load_vocabulary(path: Path) -> Vocabulary:
    """The vocabulary in that file, read once a process."""
    return Vocabulary.parse(path.read_text(encoding="utf-8"))


@functools.cache
def _load_scorer(path: Path) -> _Scorer:
    scorer: _Scorer = kenlm.Model(str(path))
    return scorer


def _log_likelihood(sentences: list[str], path: Path | None) -> Floats:
    """log10 p of each sentence, end mark counted; NaN without a model."""
    if path is None:
        return np.full(len(sentences), np.nan)
    return np.fromiter(map(_load_scorer(path).score, sentences), dtype=np.float64, count=len(sentences))


def _place(whole: pl.DataFrame, part: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """`whole` with the rows marked in `rows` taken from `part`, in order."""
    position = pl.when(rows).then(rows.cast(pl.UInt32).cum_sum() - 1)
    taken = pl.DataFrame({"at": rows}).select(position.alias("at")).to_series()
    return pl.DataFrame([part[name].gather(taken).zip_with(rows, whole[name]).alias(name) for name in whole.columns])
