"""Three readings of one collection over time: which documents each series of a trend is estimated from.

`all_hosts`: every document; it moves when the web's pages change and when the crawl goes elsewhere. `same_hosts`: a
panel of hosts that are there in every period, each with equally many documents in each; where the crawl went and how
much it took of a host does not move it. `first_seen`: documents that are the first known capture of their text; pages
captured again do not dilute a period.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from provenance.stats.cells import normalise_scored
from provenance.stats.options import StatsOptions
from provenance.stats.weighting import WEIGHT

PANEL_SHARE = 0.8  # of the periods that a host must be in, where too few hosts are in all of them
SAME_MOMENT_MS = 1000  # first-seen dates are kept to the second
HOST = "url_host_name"
_DRAWN = "\tdrawn"
_TOTAL = "\ttotal"
Values = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """The documents of a series; by group how they were chosen, and why there are none; by group and period a note."""

    frame: pl.DataFrame
    how: Mapping[Values, str] = field(default_factory=dict)
    why_none: Mapping[Values, str] = field(default_factory=dict)
    notes: Mapping[Values, str] = field(default_factory=dict)  # the period is the last value
    otherwise: str = ""  # why a period without documents has none


Select = Callable[[pl.DataFrame, Sequence[str], str, StatsOptions], Selection]


def select_all_hosts(frame: pl.DataFrame, columns: Sequence[str], period: str, options: StatsOptions) -> Selection:
    """Every document."""
    return Selection(frame)


def select_first_seen(frame: pl.DataFrame, columns: Sequence[str], period: str, options: StatsOptions) -> Selection:
    """Documents whose capture is the first known one of their text (`fetch_time` is `first_seen`, to the second).

    A copy captured later, in this period or another, is out; so is a document that a column `representative` calls
    none. Documents without either date are left out and counted in the notes.
    """
    if not {"fetch_time", "first_seen"} <= set(frame.columns):
        return Selection(frame.clear(), otherwise="it is not known when the texts were first seen")
    since = (pl.col("fetch_time") - pl.col("first_seen")).dt.total_milliseconds()
    new = since < SAME_MOMENT_MS
    if "representative" in frame.columns:
        new &= pl.col("representative")
    undated = frame.filter(since.is_null()).group_by(*columns, period).len()
    notes = {tuple(values): f"documents without a first-seen date, left out: {n}" for *values, n in undated.iter_rows()}
    return Selection(frame.filter(new), notes=notes, otherwise="no text of this group was first captured here")


def select_same_hosts(frame: pl.DataFrame, columns: Sequence[str], period: str, options: StatsOptions) -> Selection:
    """The panel of each group: hosts with a measurable document in every period, as many documents in each.

    Periods with fewer than `min_documents` measurable documents are left out. A host gives in every period as many
    documents as it has in its poorest, drawn at random, so that its weight is the same throughout (under sampling
    weights the sum of them is: that of the period in which it is least). Where fewer than
    `min_hosts` hosts are in all periods, those in at least `PANEL_SHARE` of them; where these are too few, none.
    """
    normal = normalise_scored(frame, options)
    known = pl.any_horizontal(pl.col("ai_score", "mt_score").is_not_null())
    usable = frame.filter(normal.select(known & pl.col(HOST).is_not_null() & pl.col(period).is_not_null()).to_series())
    if "doc_id" in usable.columns:
        usable = usable.sort("doc_id")  # which documents are drawn shall not hang on the order of the rows
    rng = np.random.default_rng(options.seed)
    parts, how, why = [usable.clear()], {}, {}
    for values, group in _split(usable, columns):
        found = _match_hosts(group, period, options, rng)
        if isinstance(found, str):
            why[values] = found
        else:
            parts.append(found[0])
            how[values] = found[1]
    return Selection(pl.concat(parts), how, why, otherwise="too few measurable documents for the panel of hosts")


def _split(frame: pl.DataFrame, columns: Sequence[str]) -> Iterator[tuple[Values, pl.DataFrame]]:
    if not columns:
        yield (), frame
        return
    yield from frame.partition_by(columns, as_dict=True, maintain_order=True).items()


def _match_hosts(
    group: pl.DataFrame, period: str, options: StatsOptions, rng: np.random.Generator
) -> tuple[pl.DataFrame, str] | str:
    """The panel's documents and what it is, or why there is none."""
    sizes = group.group_by(period).len().filter(pl.col("len") >= options.min_documents)
    n_periods = sizes.height
    if n_periods < 2:
        return "fewer than two periods have enough measurable documents with a host; there is nothing to compare"
    group = group.join(sizes.select(period), on=period, how="semi")
    of_host = group.group_by(HOST, period).len().group_by(HOST).agg(n=pl.len(), least=pl.col("len").min())
    panel, where = of_host.filter(pl.col("n") == n_periods), f"in all {n_periods} periods"
    if panel.height < options.min_hosts:
        panel = of_host.filter(pl.col("n") >= PANEL_SHARE * n_periods)
        where = f"in at least {PANEL_SHARE:.0%} of {n_periods} periods"
    if panel.height < options.min_hosts:
        return f"{panel.height} hosts are {where}; a panel needs {options.min_hosts}"
    drawn = pl.Series(_DRAWN, rng.random(group.height))
    place = pl.col(_DRAWN).rank("ordinal").over(HOST, period)
    kept = group.with_columns(drawn).join(panel, on=HOST, maintain_order="left").filter(place <= pl.col("least"))
    kept = _level_weights(kept, group, period) if WEIGHT in group.columns else kept
    return kept.select(group.columns), f"the same {panel.height} hosts {where}, each with as many documents in each"


def _level_weights(kept: pl.DataFrame, group: pl.DataFrame, period: str) -> pl.DataFrame:
    """The documents drawn, a host's weights having one sum in all periods: the least that its documents have in one."""
    totals = group.group_by(HOST, period).agg(pl.col(WEIGHT).sum().alias(_TOTAL))
    least = totals.group_by(HOST).agg(pl.col(_TOTAL).min())
    scale = pl.col(_TOTAL) / pl.col(WEIGHT).sum().over(HOST, period)
    return kept.join(least, on=HOST, maintain_order="left").with_columns(pl.col(WEIGHT) * scale)
