"""The positive control: known mixtures, made here, must come out as they were made.

Documents of people, each in its place on its host, have their scores replaced by those of synthetic documents in a
known share. The generators spiked in are left out of what the estimator knows, as the next generation of models is; so
are the sources of the people where these come from the reference scores. Every part of the generators is left out once.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from provenance.stats.checks.rows import (
    CONTROL_SCHEMA,
    ControlOptions,
    Estimate,
    Row,
    halve,
    leave_out,
    score_text,
    take_early,
    take_humans,
)
from provenance.stats.group import SYNTHETIC
from provenance.stats.references import ReferenceScores
from provenance.stats.weighting import WEIGHT

REPLACED = ("ai_llr", "mt_llr", "ai_score", "mt_score", "n_words")


@dataclass(frozen=True, slots=True)
class _Pool:
    """Documents of people that mixtures are made of, and what the estimator may know."""

    source: str
    humans: pl.DataFrame
    reference: pl.DataFrame | None
    scores: ReferenceScores


def check_spikes(
    scored: pl.DataFrame,
    *,
    estimate: Estimate,
    scores: ReferenceScores,
    reference: pl.DataFrame | None = None,
    options: ControlOptions | None = None,
) -> pl.DataFrame:
    """Mixtures at each of `shares`, estimated (CONTROL_SCHEMA): a row per origin, share and part of the generators.

    People are those captured before November 2022 in the run, else of the reference (half of its hosts, the other half
    is the reference), else of the reference scores (half of the sources); for machine translation always the last,
    because a date is no proof of an original. `passed` says that the interval holds the true share: of 95 % intervals
    one in twenty does not. An origin without two generators, or without enough people, has no rows. Sample weights
    are left aside: a mixture made here is no sample of a crawl.
    """
    options = options or ControlOptions()
    scored = scored.drop(WEIGHT, strict=False)
    reference = None if reference is None else reference.drop(WEIGHT, strict=False)
    rows: list[Row] = []
    for origin in SYNTHETIC:
        known = scores.frame.filter(pl.col("label") == origin, pl.col("generator").is_not_null())
        synthetic = _take_measured(known, options)
        pool = _choose_pool(origin, scored, reference, scores, synthetic, options)
        if pool is not None and synthetic["generator"].n_unique() > 1:
            rows += _spike(origin, pool, synthetic, estimate, options)
    return pl.DataFrame(rows, schema=CONTROL_SCHEMA, orient="row")


def _choose_pool(
    origin: str,
    scored: pl.DataFrame,
    reference: pl.DataFrame | None,
    scores: ReferenceScores,
    synthetic: pl.DataFrame,
    options: ControlOptions,
) -> _Pool | None:
    test, _ = halve(take_humans(scores), "source")
    pools = [_Pool("shipped", test, None, scores.without(sources=test["source"].unique().sort().to_list()))]
    if origin == "ai_generated":
        if reference is not None and "url_host_name" in reference.columns:
            pools.insert(0, _Pool("reference", *halve(reference, "url_host_name"), scores))
        pools.insert(0, _Pool("same_run", leave_out(take_early(scored), reference), reference, scores))
    spoken = pl.col("language").is_in(synthetic["language"].unique().to_list())
    for pool in pools:
        humans = _take_measured(pool.humans, options)
        humans = humans.filter(spoken) if humans.height else humans
        if humans.height >= options.least_spiked:
            return _Pool(pool.source, score_text(humans, options.prior), pool.reference, pool.scores)
    return None


def _take_measured(frame: pl.DataFrame, options: ControlOptions) -> pl.DataFrame:
    """The documents that count in an estimate: a mixture has its share among them."""
    if "language" not in frame.columns:
        return frame.clear()
    measured = pl.all_horizontal(pl.col("language", "ai_score", "mt_score").is_not_null())
    return frame.filter(measured, pl.col("n_words") >= options.min_words)


def _spike(
    origin: str, pool: _Pool, synthetic: pl.DataFrame, estimate: Estimate, options: ControlOptions
) -> Iterator[Row]:
    sizes = synthetic["generator"].value_counts().sort("count", "generator", descending=[True, False])
    rounds = min(options.rounds, sizes.height)
    for part in range(rounds):
        generators = sizes["generator"].gather_every(rounds, part).to_list()
        mine = synthetic.filter(pl.col("generator").is_in(generators))
        known = pool.scores.without(generators=generators)
        rng = np.random.default_rng((options.seed, SYNTHETIC.index(origin), part))
        humans = pool.humans.filter(pl.col("language").is_in(mine["language"].unique().to_list()))
        n = min(options.spiked_documents, humans.height)
        if not n:
            continue
        humans = humans[rng.choice(humans.height, n, replace=False)]
        for share in options.shares:
            mixed = _mix(humans, mine, round(share * n), rng)
            row = estimate(score_text(mixed, options.prior), (), reference=pool.reference, scores=known).row(
                0, named=True
            )
            yield _make_row(origin, pool.source, row, round(share * n) / n, generators)


def _mix(humans: pl.DataFrame, synthetic: pl.DataFrame, n: int, rng: np.random.Generator) -> pl.DataFrame:
    """The first `n` documents have the scores of synthetic documents of their language, drawn with replacement."""
    columns = [name for name in REPLACED if name in humans.columns and name in synthetic.columns]
    parts = [humans[n:]]
    for (language,), part in humans[:n].partition_by("language", as_dict=True, maintain_order=True).items():
        drawn = synthetic.filter(pl.col("language") == language).select(columns)
        drawn = drawn[rng.integers(drawn.height, size=part.height)]
        parts.append(part.with_columns(drawn[name].cast(part.schema[name]) for name in columns))
    return pl.concat(parts)


def _make_row(origin: str, source: str, row: dict[str, object], true: float, generators: list[str]) -> Row:
    share, point, low, high = (row[f"{origin}_{name}"] for name in ("share", "prevalence", "low", "high"))
    passed = low <= true <= high if isinstance(low, float) and isinstance(high, float) else None
    named = ", ".join(generators[:5]) + (f" and {len(generators) - 5} more" if len(generators) > 5 else "")
    why = "; ".join(str(part) for part in (f"unknown to the estimate: {named}", row["why"]) if part)
    counts = row["n_measured"], row["n_hosts"], true, share, point, low, high
    return ("spike", origin, [], [], source, *counts, passed, why)
