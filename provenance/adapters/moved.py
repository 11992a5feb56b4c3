"""Which words of a text moved its verdict, in nats: tokens, and the phrases and windows they make up.

A signal is worth `weight * (value - centre)` nats, its value a sum over tokens (`signals/contributions.py`). What
belongs to no token (the centre, an intercept) is spread evenly over a window's tokens; where the calibration bounds a
signal's nats, its tokens shrink alike. So the tokens add up to the nats of the evidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.models.calibration import Term
from provenance.signals.contributions import Contributions

PHRASE_TOKENS = (2, 6)
N_PHRASES = 8
_KERNEL = np.array([1.0, 2.0, 3.0, 2.0, 1.0])

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved a verdict; empty tables where nothing was measured. Places are code points of the text.

    `tokens`: start, end, window, is_word, nats, smoothed (mean over neighbours of the same window), in order, not
    overlapping. `phrases`: start, end, window, nats, strongest first. `windows`: window, start, end, n_words, nats.
    """

    tokens: pl.DataFrame
    phrases_for: pl.DataFrame
    phrases_against: pl.DataFrame
    windows: pl.DataFrame
    signals: tuple[str, ...] = ()


def find_moved(found: Contributions, terms: Mapping[str, Term]) -> Moved:
    """Nats by token, phrase and window, of the signals that have both contributions and a term."""
    signals = tuple(name for name in found.signals if name in terms)
    tokens = _merge_shared(_weigh_tokens(found, {name: terms[name] for name in signals}))
    tokens = tokens.with_columns(smoothed=_smooth(tokens))
    return Moved(tokens, _find_phrases(tokens, 1.0), _find_phrases(tokens, -1.0), _sum_windows(tokens), signals)


def _weigh_tokens(found: Contributions, terms: Mapping[str, Term]) -> pl.DataFrame:
    tokens = found.tokens
    nats = np.zeros(tokens.height)
    if terms and tokens.height:
        window = tokens["window"].to_numpy()
        lengths = np.bincount(window)
        for signal, term in terms.items():
            rest = np.array(found.constants[signal]) - term.centre / len(lengths)  # windows weigh alike
            moved = term.weight * (tokens[signal].to_numpy() + (rest / lengths)[window])
            nats += moved * min(1.0, term.clip / max(abs(float(moved.sum())), 1e-12))
    return tokens.select("start", "end", "window", "is_word").with_columns(nats=pl.Series(nats, dtype=pl.Float64))


def _merge_shared(tokens: pl.DataFrame) -> pl.DataFrame:
    """Tokens that share a place in the text, as one."""
    reached = pl.col("end").cum_max().shift(1, fill_value=0)
    place = (pl.col("start") >= reached).cum_sum().alias("place")
    merged = tokens.group_by(place, maintain_order=True).agg(
        pl.col("start").min(),
        pl.col("end").max(),
        pl.col("window").first(),
        pl.col("is_word").any(),
        pl.col("nats").sum(),
    )
    return merged.drop("place")


def _smooth(tokens: pl.DataFrame) -> pl.Series:
    """Each token's mean with its two neighbours on either side; windows do not mix."""
    parts = [part["nats"].to_numpy() for part in tokens.partition_by("window", maintain_order=True)]
    smoothed = [
        np.convolve(part, _KERNEL, "full")[2:-2] / np.convolve(np.ones(len(part)), _KERNEL, "full")[2:-2]
        for part in parts
    ]
    return pl.Series(np.concatenate([np.zeros(0), *smoothed]), dtype=pl.Float64)


def _sum_windows(tokens: pl.DataFrame) -> pl.DataFrame:
    return tokens.group_by("window", maintain_order=True).agg(
        pl.col("start").min(),
        pl.col("end").max(),
        pl.col("is_word").sum().cast(pl.Int64).alias("n_words"),
        pl.col("nats").sum(),
    )


def _find_phrases(tokens: pl.DataFrame, sign: float) -> pl.DataFrame:
    """The runs of a few tokens within a window with the largest sums of that sign, none sharing a token."""
    candidates = pl.concat([_sum_runs(tokens, size) for size in range(PHRASE_TOKENS[0], PHRASE_TOKENS[1] + 1)])
    strong = candidates.filter(pl.col("nats") * sign > 0)
    strong = strong.sort((pl.col("nats") * -sign).round(9), pl.col("last") - pl.col("first"), "first")
    taken = np.zeros(tokens.height, bool)
    kept: list[int] = []
    for row, (first, last) in enumerate(strong.select("first", "last").iter_rows()):
        if len(kept) == N_PHRASES:
            break
        if not taken[first : last + 1].any():
            taken[first : last + 1] = True
            kept.append(row)
    return strong[kept].select("start", "end", "window", "nats")


def _sum_runs(tokens: pl.DataFrame, size: int) -> pl.DataFrame:
    """All runs of `size` tokens of a window that begin and end with a word."""
    n = max(tokens.height - size + 1, 0)
    firsts, lasts = tokens.head(n), tokens.tail(n)
    sums = np.concatenate([np.zeros(1), np.cumsum(tokens["nats"].to_numpy())])
    nats = sums[size:] - sums[:n] if n else np.zeros(0)
    runs = firsts.select("start", "window", pl.int_range(pl.len()).alias("first")).with_columns(
        lasts["end"],
        lasts["window"].alias("last_window"),
        last=pl.col("first") + size - 1,
        nats=pl.Series(nats, dtype=pl.Float64),
    )
    whole = firsts["is_word"] & lasts["is_word"]
    return runs.filter(whole, pl.col("window") == pl.col("last_window"))
