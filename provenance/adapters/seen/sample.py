"""A bounded sample of what was seen, for the estimate: each document that was given out has the same chance.

Every document draws a number by seed, epoch, rank and its place there, and the smallest stay ("bottom-k": Cohen and
Kaplan 2007), so the sample does not depend on how documents were batched, and those of several ranks join to the
sample of all. 50 bytes a document in memory: of 50,000 documents 2.5 MB, and 10 MB for a moment while more come in.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.adapters.loaders.draw import draw
from provenance.adapters.loaders.scored import ORIGINS
from provenance.adapters.seen.rows import Rows

SAMPLED = np.dtype(
    [
        ("draw", "<f8"),
        ("identity", "<u8"),  # the same for the same scores and length: a document that was seen again
        ("epoch", "<i4"),
        ("n_words", "<i4"),  # -1 null
        ("n_tokens", "<i4"),  # -1 null
        ("ai_score", "<f4"),  # NaN null, as all four
        ("mt_score", "<f4"),
        ("ai_llr", "<f4"),
        ("mt_llr", "<f4"),
        ("origin", "u1"),
        ("language", "S5"),
    ]
)
Sample = NDArray[np.void]
_FLOATS = ("ai_score", "mt_score", "ai_llr", "mt_llr")
_FRESH = 1024  # rows at least that are sorted in together
_MOST = np.iinfo(np.int32).max
_RANK_BITS = np.uint64(44)  # 17 million million documents of one rank and epoch before numbers come again


class Reservoir:
    """The sample while it is drawn; `size` documents at most, in order of what they drew when it is taken."""

    def __init__(self, size: int, sample: Sample | None = None) -> None:
        self.size = size
        self._least = np.empty(0, SAMPLED) if sample is None else sample
        self._fresh: list[Sample] = []

    def add_rows(self, rows: Rows, *, seed: int, epoch: int, rank: int, first: int) -> None:
        """Draws for rows, those of declared sources left out; `first`: how many came before in this epoch and rank."""
        units = np.arange(first, first + len(rows), dtype=np.uint64) | (np.uint64(rank) << _RANK_BITS)
        drawn = draw(units, seed=seed, epoch=epoch)
        limit = self._least["draw"][-1] if len(self._least) == self.size else 1.0
        chosen = np.flatnonzero((drawn < limit) & (rows.scored.declared < 0))
        self.add(_make_sample(rows, chosen, drawn, epoch))

    def add(self, sample: Sample) -> None:
        """Joins another sample."""
        self._fresh.append(sample)
        if sum(map(len, self._fresh)) > max(self.size // 4, _FRESH):
            self.take()

    def take(self) -> Sample:
        """The sample of all until now."""
        if self._fresh:
            sample = np.concatenate([self._least, *self._fresh])
            if len(sample) > self.size:
                sample = sample[np.argpartition(sample["draw"], self.size)[: self.size]]
            self._least, self._fresh = sample[np.lexsort((sample["identity"], sample["draw"]))], []
        return self._least


def to_scored(sample: Sample) -> pl.DataFrame:
    """The sample as scored documents for the statistics; `id` is the same for a document that was seen again."""
    return pl.DataFrame(
        {
            "id": sample["identity"].astype(np.uint64),
            "language": pl.Series(sample["language"].astype("U5").tolist(), dtype=pl.String).replace("", None),
            "n_words": np.maximum(sample["n_words"].astype(np.int64), 0),
            "n_tokens": np.maximum(sample["n_tokens"].astype(np.int64), 0),
            **{name: pl.Series(sample[name].astype(np.float64), nan_to_null=True) for name in _FLOATS},
            "origin": pl.Series([ORIGINS[code] for code in sample["origin"].tolist()], dtype=pl.String),
        }
    )


def _make_sample(rows: Rows, chosen: NDArray[np.intp], drawn: NDArray[np.float64], epoch: int) -> Sample:
    scored = rows.scored.take(chosen)
    sample = np.empty(len(chosen), SAMPLED)
    sample["draw"], sample["epoch"], sample["origin"] = drawn[chosen], epoch, scored.origin
    sample["n_words"] = np.minimum(scored.n_words, _MOST)
    sample["n_tokens"] = np.minimum(rows.tokens[chosen], _MOST)
    sample["language"] = np.char.encode(scored.language, "ascii", "replace")
    for name in _FLOATS:
        sample[name] = getattr(scored, name)
    sample["identity"] = _identify(scored.n_words, [getattr(scored, name) for name in _FLOATS])
    return sample


def _identify(n_words: NDArray[np.int64], scores: Sequence[NDArray[np.float64]]) -> NDArray[np.uint64]:
    """A number by the bits of length and scores (SplitMix64's mixing)."""
    mixed = n_words.astype(np.uint64)
    for values in scores:
        bits = np.ascontiguousarray(values, np.float64).view(np.uint64)
        mixed = (mixed ^ bits) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = mixed ^ (mixed >> np.uint64(31))
    return mixed
