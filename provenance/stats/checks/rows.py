"""What the controls share: their table, what they are given, and how they cut and score documents."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import numpy as np
import polars as pl

from provenance.stats.group import SYNTHETIC
from provenance.stats.references import ReferenceScores
from provenance.stats.rows import ORIGINS

CONTROL_SCHEMA = pl.Schema(
    {
        "control": pl.String(),  # negative or spike
        "origin": pl.String(),
        "group_columns": pl.List(pl.String()),
        "group_values": pl.List(pl.String()),
        "source": pl.String(),  # of the human documents: same_run, reference or shipped
        "n_documents": pl.Int64(),  # with a score
        "n_hosts": pl.Int64(),
        "true_share": pl.Float64(),
        "share": pl.Float64(),  # with a score of a half or more: counted, not corrected
        "prevalence": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        "passed": pl.Boolean(),  # null: too few to tell, or the set is no test of this origin
        "why": pl.String(),
    }
)
BEFORE = datetime(2022, 11, 1, tzinfo=UTC)  # ChatGPT opened on 30 November 2022
GREY_SINCE = datetime(2019, 2, 14, tzinfo=UTC)  # GPT-2: from here on a machine could have written some
Row = tuple[object, ...]


class Estimate(Protocol):
    """`estimate_ratio` with the errors and options of the report."""

    def __call__(
        self,
        scored: pl.DataFrame,
        by: Sequence[str] = (),
        *,
        reference: pl.DataFrame | None = None,
        scores: ReferenceScores | None = None,
    ) -> pl.DataFrame:
        """The ratio table."""


@dataclass(frozen=True, slots=True)
class ControlOptions:
    """What passes, and how documents of known origin are mixed."""

    most: float = 0.02  # prevalence, and end of the interval, that still counts as about zero
    least: float = 0.005  # an interval wholly above it does not
    enough_documents: int = 150  # below it only an interval wholly above `most` fails: -log(0.05) / most
    enough_hosts: int = 10  # likewise, where hosts are known
    prior: float = 0.1  # share of AI-generated text that ai_score presumes
    originals: bool = False  # whether the reference is known to hold no translations, too
    shares: tuple[float, ...] = (0.0, 0.01, 0.05, 0.2, 0.5)  # of synthetic documents spiked in
    spiked_documents: int = 1000  # at most, of a mixture
    least_spiked: int = 200  # human documents below which no mixture is made of them
    rounds: int = 3  # parts of the generators, each left out and spiked in once
    min_words: int = 80  # of documents in a mixture, as of those that have a score
    seed: int = 1


def score_text(frame: pl.DataFrame, prior: float) -> pl.DataFrame:
    """The frame with `ai_score` and `origin` as text and page alone make them: without dates, called from a half on."""
    if "ai_llr" in frame.columns:
        odds = pl.col("ai_llr").fill_nan(None).clip(-10.0, 10.0) + float(np.log(prior / (1 - prior)))
        dateless = pl.coalesce(1 / (1 + (-odds).exp()), "ai_score")
        frame = frame.with_columns(pl.when(pl.col("ai_score").is_not_null()).then(dateless).alias("ai_score"))
    ai, mt = pl.col("ai_score").fill_null(0.0), pl.col("mt_score").fill_null(0.0)
    called = pl.when((ai >= 0.5) & (ai >= mt)).then(pl.lit(SYNTHETIC[0])).when(mt >= 0.5).then(pl.lit(SYNTHETIC[1]))
    return frame.with_columns(called.otherwise(pl.lit(ORIGINS[0])).alias("origin"))


def halve(frame: pl.DataFrame, unit: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The frame in two parts of about one size, no unit in both; a row without unit is its own."""
    named = frame.with_columns(pl.coalesce(unit, pl.format("\t{}", pl.int_range(pl.len()))).alias("\tunit"))
    sizes = named["\tunit"].value_counts().sort("count", "\tunit", descending=[True, False])
    chosen = sizes["\tunit"].filter(pl.Series(np.isin(np.arange(sizes.height) % 4, (0, 3))))
    first = named["\tunit"].is_in(chosen.to_list())
    return frame.filter(first), frame.filter(~first)


def take_early(scored: pl.DataFrame) -> pl.DataFrame:
    """The documents captured before 1 November 2022."""
    if "fetch_time" not in scored.columns:
        return scored.clear()
    return scored.filter(pl.col("fetch_time") < in_zone(scored, BEFORE))


def leave_out(frame: pl.DataFrame, reference: pl.DataFrame | None) -> pl.DataFrame:
    """The documents that are not in the reference, by `doc_id`; all where either table has none."""
    if reference is None or not {"doc_id"} <= set(frame.columns) & set(reference.columns):
        return frame
    return frame.join(reference.select("doc_id"), on="doc_id", how="anti", maintain_order="left")


def take_humans(scores: ReferenceScores) -> pl.DataFrame:
    """The documents of people in the reference scores, each its own host: of theirs nothing is known."""
    return scores.frame.filter(pl.col("label") == "human")


def read_rows(table: pl.DataFrame) -> Iterator[tuple[str, dict[str, object]]]:
    """The rows by documents of a ratio table, once for each synthetic origin."""
    for row in table.filter(pl.col("unit") == "documents").iter_rows(named=True):
        for origin in SYNTHETIC:
            yield origin, row


def in_zone(frame: pl.DataFrame, time: datetime) -> pl.Expr:
    """A time as the frame's `fetch_time` has it, with or without its zone."""
    return pl.lit(time if getattr(frame.schema["fetch_time"], "time_zone", None) else time.replace(tzinfo=None))
