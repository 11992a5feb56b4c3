"""How a text reads to models of AI-generated, human, translated and original text, and which genre it reads like.

Three kinds of model look at the same windows of about 200 words: KenLM n-gram models over delexicalised tokens
(Heafield 2011, "KenLM: Faster and Smaller Language Model Queries"), a logistic regression over hashed n-grams, and one
of the same kind each for the genre and for the family of language models. A document's figure is the mean over its
windows.
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
from numpy.typing import NDArray

from provenance.models import Model, find_model
from provenance.models.linear import LinearModel
from provenance.schema import FAMILIES, GENRES, Column
from provenance.signals.base import MENDED, take_mended
from provenance.text.delexicalise import Vocabulary, join_classes
from provenance.text.ngrams import hash_ngrams
from provenance.text.windows import Windows, read_mended

_KINDS = ("vocabulary", "lm_ai", "lm_human", "lm_translated", "lm_original", "lr_ai", "lr_mt", "lr_genre", "lr_family")
_NATS_PER_BAN = math.log(10)
_CHUNK = 512  # texts whose tokens are held at once: some 40 MB where all are long

Floats = NDArray[np.float64]


class _Scorer(Protocol):
    def score(self, sentence: str, bos: bool = True, eos: bool = True) -> float: ...


@dataclass(frozen=True, slots=True)
class TextPaths:
    """The model files of one language by kind; what is not there is not measured."""

    language: str
    files: tuple[tuple[str, Path], ...]

    @classmethod
    def find(cls, models: Sequence[Model], language: str) -> "TextPaths":
        """Those of the language among the models."""
        found = ((kind, find_model(models, kind, language)) for kind in _KINDS)
        return cls(language, tuple((kind, model.path) for kind, model in found if model))

    def path(self, kind: str) -> Path | None:
        """The file of that kind."""
        return next((path for known, path in self.files if known == kind), None)


@dataclass(frozen=True, slots=True)
class TextModels:
    """Means over a text's windows; null below `min_words` words, and in a language without the model.

    The genre is a mix of shares that sum to one: what a document reads like, not what it is. So is the family of the
    language model, if one wrote the text; a family that the model has not learned is null (docs/generator-family.md).
    """

    columns: ClassVar[Mapping[str, Column]] = {
        "lr_ai_logit": Column(pl.Float64, "nats", "log odds of AI-generated against human text, by hashed n-grams"),
        "lr_translated_logit": Column(
            pl.Float64, "nats", "log odds of translated against original text, by hashed n-grams"
        ),
        "lr_crude_logit": Column(
            pl.Float64, "nats", "log odds of machine-translated text against people's of the same content, likewise"
        ),
        "lm_ai_llr": Column(pl.Float64, "nats per token", "log p(text | AI) - log p(text | human)"),
        "lm_human_nats": Column(
            pl.Float64, "nats per token", "log p of the delexicalised text under the human model", high=0.0
        ),
        "lm_mt_llr": Column(pl.Float64, "nats per token", "log p(text | translated) - log p(text | original)"),
        "lm_n_tokens": Column(pl.Int64, "tokens", "tokens the models have read", 0),
        **{
            f"genre_{genre}": Column(pl.Float64, "1", f"share of the genre {genre} in what the text reads like", 0, 1)
            for genre in GENRES
        },
        **{
            f"family_{family}": Column(
                pl.Float64, "1", f"share of the family {family} in what a generated text reads like", 0, 1
            )
            for family in FAMILIES
        },
    }
    needs: ClassVar[tuple[str, ...]] = ("text", MENDED, "language")

    languages: tuple[TextPaths, ...]
    min_words: int = 40

    def measure(self, batch: pl.DataFrame) -> pl.DataFrame:
        """The columns; a text is measured alone."""
        measured = {name: np.full(batch.height, np.nan) for name in self.columns}
        mended, language = take_mended(batch), batch["language"].cast(pl.String)
        for paths in self.languages:
            rows = np.flatnonzero((language == paths.language).fill_null(False).to_numpy())
            for first in range(0, len(rows), _CHUNK):
                chunk = rows[first : first + _CHUNK]
                for name, values in self._measure(mended.gather(chunk), paths).items():
                    measured[name][chunk] = values
        n_tokens = pl.Series("lm_n_tokens", measured["lm_n_tokens"], nan_to_null=True).cast(pl.Int64)
        columns = {name: pl.Series(name, values, nan_to_null=True) for name, values in measured.items()}
        return pl.DataFrame({**columns, "lm_n_tokens": n_tokens})

    def _measure(self, mended: pl.Series, paths: TextPaths) -> dict[str, Floats]:
        windows = read_mended(mended)
        values = {**score_language_models(windows, paths), **score_linear_models(windows, paths)}
        means = {name: windows.average(each) for name, each in values.items()}
        n_tokens = np.bincount(windows.text_of, weights=windows.lengths, minlength=mended.len())
        enough = windows.n_words >= max(self.min_words, 1)
        return {name: np.where(enough, each, np.nan) for name, each in {**means, "lm_n_tokens": n_tokens}.items()}


def score_language_models(windows: Windows, paths: TextPaths) -> dict[str, Floats]:
    """Figures per token of each window by the KenLM pairs of the language; those without a pair are left out."""
    vocabulary = paths.path("vocabulary")
    if vocabulary is None:
        return {}
    lines = join_classes(windows, load_vocabulary(vocabulary))

    def nats(kind: str) -> Floats | None:
        path = paths.path(kind)
        if path is None:
            return None
        bans = np.fromiter(map(load_scorer(path).score, lines), np.float64, count=len(lines))
        return bans * _NATS_PER_BAN / (windows.lengths + 1)  # the end mark counts

    ai, human, translated, original = map(nats, ("lm_ai", "lm_human", "lm_translated", "lm_original"))
    found: dict[str, Floats] = {}
    if ai is not None and human is not None:
        found |= {"lm_ai_llr": ai - human, "lm_human_nats": human}
    if translated is not None and original is not None:
        found["lm_mt_llr"] = translated - original
    return found


def score_linear_models(windows: Windows, paths: TextPaths) -> dict[str, Floats]:
    """Log odds, and shares of genres and families, of each window."""
    found: dict[str, Floats] = {}
    models = {kind: load_linear(path) for kind, path in paths.files if kind.startswith("lr_")}
    if not models:
        return found
    ngrams = hash_ngrams(windows, bits=max(model.bits for model in models.values()))  # once: half of the cost
    for kind, model in models.items():
        coarse = ngrams.coarsen(model.bits)
        scores = model.score(coarse.buckets, coarse.offsets)
        if kind == "lr_ai":  # a class for each generation of generators: a mixture
            found["lr_ai_logit"] = np.logaddexp.reduce(scores, axis=1)
        elif kind == "lr_mt":  # an axis each
            found |= {f"lr_{axis}_logit": scores[:, number] for number, axis in enumerate(model.classes)}
        else:
            shares = dict(zip(model.classes, share_classes(scores).T, strict=True))
            if kind == "lr_genre":  # a genre the model does not know has no share, a family is not measured
                found |= {f"genre_{genre}": shares.get(genre, np.zeros(len(scores))) for genre in GENRES}
            else:
                found |= {f"family_{family}": shares[family] for family in FAMILIES if family in shares}
    return found


def share_classes(scores: Floats) -> Floats:
    """Softmax over the classes, windows x classes."""
    weights: Floats = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    shares: Floats = weights / weights.sum(axis=1, keepdims=True)
    return shares


@functools.cache
def load_vocabulary(path: Path) -> Vocabulary:
    """The vocabulary in that file, read once a process."""
    return Vocabulary.parse(path.read_text(encoding="utf-8"))


@functools.cache
def load_scorer(path: Path) -> _Scorer:
    """The KenLM model in that file, loaded once a process."""
    scorer: _Scorer = kenlm.Model(str(path))
    return scorer


@functools.cache
def load_linear(path: Path) -> LinearModel:
    """The linear model in that file, loaded once a process."""
    return LinearModel.load(path)
