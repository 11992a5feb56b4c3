"""What each token of a text moved: the figures of `text_models` taken apart, for people to see where they come from.

A logistic regression and an n-gram language model are sums over tokens; nothing is estimated here. The linear model's
weight of a pair of tokens goes half to each; an n-gram that occurs several times in a window counts once, shared among
its occurrences; the end mark of a language model belongs to the last token of its window. The log odds of a mixture of
classes, log sum_c exp(s_c), are sum_c r_c s_c - sum_c r_c log r_c with r_c = exp(s_c) / sum: the first sum is over
tokens, the second, up to log 2 for two classes, belongs to none.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.models.linear import LinearModel
from provenance.signals.text_models import TextPaths, load_linear, load_scorer, load_vocabulary
from provenance.text.alignment import align_spans
from provenance.text.delexicalise import join_classes
from provenance.text.ngrams import BITS, token_buckets
from provenance.text.normalise import normalise_text
from provenance.text.tokens import split_tokens
from provenance.text.windows import Windows, cut_windows

_NATS_PER_BAN = math.log(10)
PLACES = pl.Schema({"start": pl.Int64(), "end": pl.Int64(), "window": pl.Int64(), "is_word": pl.Boolean()})

Floats = NDArray[np.float64]


class _FullScorer(Protocol):
    def score(self, sentence: str) -> float: ...
    def full_scores(self, sentence: str) -> Iterable[tuple[float, int, bool]]: ...


@dataclass(frozen=True, slots=True)
class Contributions:
    """The tokens of a text that models have read, a row each in order, and what each adds to a document's figures.

    `tokens` has start and end (code points of the text as written, end exclusive; tokens of one word share its place
    where the two cannot be told apart), window (from 0), is_word, and a column for each signal that could be measured.
    `constants[signal]` is what belongs to no token, a number for each window. A signal's value is its column's sum
    plus that of its constants.
    """

    tokens: pl.DataFrame
    constants: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    @property
    def signals(self) -> tuple[str, ...]:
        """Those that could be taken apart: of lr_ai_logit, lm_ai_llr and lm_human_nats."""
        return tuple(self.constants)


def measure_contributions(text: str, paths: TextPaths) -> Contributions:
    """What each token moved, by the models of the text's language; a text without a word has no tokens."""
    frame = pl.DataFrame({"text": pl.Series([text], dtype=pl.String)})
    normal = str(frame.select(normalise_text(pl.col("text"))).item())
    windows = cut_windows(split_tokens([normal]))
    if not len(windows):
        return Contributions(PLACES.to_frame())
    parts = {**_take_language_models_apart(windows, paths), **_take_linear_model_apart(windows, paths)}
    moved = {name: pl.Series(name, part.tokens / len(windows)) for name, part in parts.items()}
    constants = {name: tuple((part.rest / len(windows)).tolist()) for name, part in parts.items()}
    return Contributions(_place(text, normal, windows).with_columns(**moved), constants)


class _Part(NamedTuple):
    """A signal by token, and by window what belongs to no token; windows add up, they are not yet averaged."""

    tokens: Floats
    rest: Floats


def _place(text: str, normal: str, windows: Windows) -> pl.DataFrame:
    first, last = int(windows.starts[0]), int(windows.ends[-1])
    tokens = windows.tokens
    starts, ends = align_spans(text, normal, tokens.starts[first:last], tokens.ends[first:last])
    number = np.repeat(np.arange(len(windows)), windows.lengths)
    places = {"start": starts, "end": ends, "window": number, "is_word": tokens.is_word[first:last]}
    return pl.DataFrame(places, schema=PLACES)


def _take_linear_model_apart(windows: Windows, paths: TextPaths) -> dict[str, _Part]:
    path = paths.path("lr_ai")
    if path is None:
        return {}
    model = load_linear(path)
    spans = zip(windows.starts.tolist(), windows.ends.tolist(), strict=True)
    parts = [_share_window(windows, start, end, model) for start, end in spans]
    return {
        "lr_ai_logit": _Part(np.concatenate([tokens for tokens, _ in parts]), np.array([rest for _, rest in parts]))
    }


def _share_window(windows: Windows, start: int, end: int, model: LinearModel) -> tuple[Floats, float]:
    """The log odds of one window by token, and what belongs to none."""
    fine = max(model.bits, BITS)  # where an n-gram counts once, however few buckets the model has
    singles, pairs = token_buckets(windows.tokens.hashes[start:end], fine)
    keys = np.concatenate([singles, pairs]).astype(np.int64)
    buckets, place, counts = np.unique(keys, return_inverse=True, return_counts=True)
    weights = model.weigh(buckets >> (fine - model.bits)) / math.sqrt(len(buckets)) / counts[:, None]
    own, halves = np.split(weights[place], [len(singles)])
    shared: Floats = own.copy()
    shared[:-1] += halves / 2
    shared[1:] += halves / 2
    scores = model.intercepts + shared.sum(axis=0)
    logs = scores - np.logaddexp.reduce(scores)
    classes = np.exp(logs)
    return shared @ classes, float(classes @ (model.intercepts - logs))


def _take_language_models_apart(windows: Windows, paths: TextPaths) -> dict[str, _Part]:
    vocabulary, ai, human = (paths.path(kind) for kind in ("vocabulary", "lm_ai", "lm_human"))
    if vocabulary is None or ai is None or human is None:
        return {}
    lines = join_classes(windows, load_vocabulary(vocabulary))
    by_ai, by_human = (
        np.concatenate([_read_nats(cast(_FullScorer, load_scorer(path)), line) for line in lines])
        for path in (ai, human)
    )
    nothing = np.zeros(len(windows))
    return {"lm_ai_llr": _Part(by_ai - by_human, nothing), "lm_human_nats": _Part(by_human, nothing)}


def _read_nats(scorer: _FullScorer, line: str) -> Floats:
    """Log probability of each token of a window, per token of the window."""
    bans = np.array([found[0] for found in scorer.full_scores(line)])
    bans *= scorer.score(line) / bans.sum()  # `score` adds in 32 bits: the last digits differ
    tokens = bans[:-1].copy()
    tokens[-1] += bans[-1]
    nats: Floats = tokens * _NATS_PER_BAN / len(bans)
    return nats
