"""What was seen, in figures for dashboards and in a line for the log."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from provenance.adapters.seen.counts import SEEN_ORIGINS, Counts, sum_measures
from provenance.adapters.seen.tokens import Integers

PREFIX = "provenance/"
_BOUNDS = ("", "_low", "_high")
_NAMES = ("human", "AI-generated", "machine-translated", "undetermined", "declared synthetic")


def make_figures(counts: Counts, ratio: pl.DataFrame, epoch: int) -> dict[str, float]:
    """Numbers of all that was seen by names that begin with `provenance/`; what is not known has no entry."""
    whole = counts.total("origin")
    n_documents, n_words, n_tokens, _, without = sum_measures(whole)
    figures: dict[str, Any] = {"epoch": epoch, "n_documents": n_documents, "n_words": n_words}
    if without < n_documents:
        figures["n_tokens"] = n_tokens
    for name, measures in whole.items():
        figures[f"{name}_share"] = _divide(measures, 0, n_documents)
        figures[f"{name}_share_of_tokens"] = _divide(measures, 2, n_tokens)
    unscored = counts.total("unscored").get("unscored")
    figures["unscored_share"] = 0.0 if unscored is None else _divide(unscored, 0, n_documents)
    row = ratio.row(0, named=True)
    for name in ("human_prevalence", "human_to_synthetic_ratio", "realised_human_share", "realised_ratio"):
        figures |= {f"{name}{bound}": row[f"{name}{bound}"] for bound in _BOUNDS}
    return {f"{PREFIX}{name}": float(value) for name, value in figures.items() if value is not None}


def describe_seen(counts: Counts, ratio: pl.DataFrame) -> str:
    """One line for people."""
    whole = counts.total("origin")
    n_documents, n_words, n_tokens, _, without = sum_measures(whole)
    counted = [f"{n_documents:,} documents", f"{n_words:,} words"]
    counted += [f"{n_tokens:,} tokens"] if without < n_documents else []
    shares = [
        f"{word} {measures[0] / max(n_documents, 1):.1%}"
        for word, measures in zip(_NAMES, (whole[name] for name in SEEN_ORIGINS), strict=True)
    ]
    return f"seen {', '.join(counted)}: {', '.join(shares)}; {_describe_ratio(ratio.row(0, named=True))}"


def _describe_ratio(row: Mapping[str, Any]) -> str:
    human = [row[f"realised_human_share{bound}"] for bound in _BOUNDS]
    if human[0] is None:
        return f"human share not estimable ({row['why']})"
    said = f"human, corrected: {human[0]:.1%} ({human[1]:.1%} to {human[2]:.1%})"
    ratio, low, high = (row[f"realised_ratio{bound}"] for bound in _BOUNDS)
    if ratio is not None:
        return f"{said}, human-to-synthetic ratio {ratio:.3g} ({low:.3g} to {high:.3g})"
    return f"{said}, human-to-synthetic ratio at least {low:.3g}" if low is not None else said


def _divide(measures: Integers, place: int, total: int) -> float | None:
    return float(measures[place] / total) if total else None
