"""The stage: documents and their signals to verdicts, row for row."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from provenance.models.calibration import Calibration
from provenance.schema import EVIDENCE_DTYPE, VERDICTS
from provenance.verdict.decision import decide_origin, mask_unknown, score, stand
from provenance.verdict.genre import add_piece, weigh_genre
from provenance.verdict.options import VerdictOptions
from provenance.verdict.values import Floats, Values, read_values
from provenance.verdict.weighing import Piece, weigh_axis, weigh_first_seen
from provenance.verdict.wording import say

_DEFAULTS = VerdictOptions()
_TIME = pl.Datetime("us", "UTC")
_SEEN = pl.Schema(
    {
        "first_seen": _TIME,
        "seen_kind": pl.String(),
        "seen_similarity": pl.Float64(),
        "seen_crawl": pl.String(),
        "seen_url": pl.String(),
    }
)


def judge_batch(
    documents: pl.DataFrame,
    signals: pl.DataFrame,
    calibration: Calibration,
    options: VerdictOptions = _DEFAULTS,
    *,
    first_seen: pl.Series | None,
    seen: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The table `verdicts`, a row for each document, in order.

    `documents` needs doc_id, language and n_words; fetch_time stands in for `first_seen` where that is null. `seen`
    is what a first-seen index knows, row for row (first_seen, seen_kind, seen_similarity, seen_crawl, seen_url); it
    counts where it is earlier. Columns that `signals` lacks count as not measurable. ai_llr and mt_llr are sums of
    evidence of text and page alone; the date enters ai_score and the origin only, so that dated references stay a
    test of ai_llr.
    """
    table = _join(documents, signals, _date(_earliest(documents, first_seen), seen, options))
    dated = weigh_first_seen(table, calibration.first_seen, options)
    judged, pieces = _judge(read_values(table), calibration, options, dated)
    return pl.DataFrame(
        {
            "doc_id": table["doc_id"],
            "ai_score": judged.ai_score,
            "mt_score": judged.mt_score,
            "ai_llr": pl.Series(judged.ai_llr).fill_nan(None),
            "mt_llr": pl.Series(judged.mt_llr).fill_nan(None),
            "origin": pl.Series(judged.origin, dtype=pl.String),
            "first_seen": table["first_seen"],
            "evidence": list_evidence(table, pieces),
        },
        schema=VERDICTS.schema,
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """Scores (null where not measurable), llr (NaN there) and origins, row for row."""

    ai_score: pl.Series
    mt_score: pl.Series
    ai_llr: Floats
    mt_llr: Floats
    origin: npt.NDArray[np.object_]


def score_values(values: Values, calibration: Calibration, options: VerdictOptions = _DEFAULTS) -> Judged:
    """What `judge_batch` says of the same values without a date and without the evidence, which costs as much again."""
    return _judge(values, calibration, options, None)[0]


def _judge(
    values: Values, calibration: Calibration, options: VerdictOptions, dated: Piece | None
) -> tuple[Judged, tuple[Piece, ...]]:
    ai = weigh_axis("ai", values, calibration.ai, options)
    mt = weigh_axis("mt", values, calibration.mt, options)
    ai = add_piece(ai, weigh_genre("ai", values, calibration.ai, ai.measured))
    mt = add_piece(mt, weigh_genre("mt", values, calibration.mt, mt.measured))
    ai_total = ai.llr if dated is None else ai.llr + dated.nats
    standing = (stand(ai, ai_total, calibration.ai, values), stand(mt, mt.llr, calibration.mt, values))
    judged = Judged(
        score(ai, ai_total, options.prior_ai, calibration.llr_bound),
        score(mt, mt.llr, options.prior_mt, calibration.llr_bound),
        mask_unknown(ai),
        mask_unknown(mt),
        decide_origin(*standing, calibration),
    )
    return judged, (*ai.pieces, *mt.pieces, *(() if dated is None else (dated,)))


def list_evidence(table: pl.DataFrame, pieces: Sequence[Piece]) -> pl.Series:
    """Per row, the pieces that are worth anything, strongest first, equal ones by name."""
    frames = [_describe(table, piece) for piece in pieces if np.any(piece.nats != 0.0)]
    nothing = pl.Series("evidence", [[]], dtype=EVIDENCE_DTYPE)
    if not frames:
        return nothing.new_from_index(0, table.height)
    said = pl.concat(frames).sort("row", pl.col("nats").abs(), "signal", descending=[False, True, False])
    fields = pl.struct("signal", "value", "nats", "detail").alias("evidence")
    grouped = said.group_by("row", maintain_order=True).agg(fields)
    rows = pl.DataFrame({"row": pl.int_range(table.height, dtype=pl.UInt32, eager=True)})
    joined = rows.join(grouped, on="row", how="left", maintain_order="left")
    return joined.select(pl.col("evidence").fill_null(pl.lit(nothing).first())).to_series()


def _describe(table: pl.DataFrame, piece: Piece) -> pl.DataFrame:
    """One row for each document the piece speaks on: row, signal, value, nats, detail."""
    rows = np.flatnonzero(piece.nats != 0.0)
    said = table[rows].with_columns(
        pl.Series("row", rows, dtype=pl.UInt32),
        pl.Series("value", piece.values[rows]),
        pl.Series("nats", piece.nats[rows]),
        pl.Series("centre", piece.centres[rows]),
    )
    detail = say(piece.axis, piece.signal, piece.column, table).alias("detail")
    return said.select("row", pl.lit(piece.signal).alias("signal"), "value", "nats", detail)


def _join(documents: pl.DataFrame, signals: pl.DataFrame, dates: pl.DataFrame) -> pl.DataFrame:
    """Documents without their text beside their signals; row for row, which the store has checked."""
    kept = documents.drop("text", *dates.columns, strict=False)
    measured = signals.drop([name for name in (*kept.columns, *dates.columns) if name in signals.columns])
    return pl.concat([kept, measured, dates], how="horizontal")


def _date(own: pl.Series, seen: pl.DataFrame | None, options: VerdictOptions) -> pl.DataFrame:
    """The earliest date of each row, that of the run, and what an index knows where that counts and is earlier."""
    known = pl.DataFrame(schema=_SEEN).clear(len(own)) if seen is None else seen.select(_SEEN.names())
    table = known.rename({"first_seen": "seen_first_seen"}).with_columns(own_first_seen=own)
    earlier = (pl.col("seen_first_seen") < pl.col("own_first_seen")).fill_null(pl.col("own_first_seen").is_null())
    alike = (pl.col("seen_kind") == "exact") | (pl.col("seen_similarity") >= options.first_seen_similarity)
    names = [name for name in table.columns if name != "own_first_seen"]
    table = table.with_columns(pl.when(earlier & alike).then(pl.col(name)).alias(name) for name in names)
    return table.with_columns(first_seen=pl.col("seen_first_seen").fill_null(pl.col("own_first_seen")))


def _earliest(documents: pl.DataFrame, first_seen: pl.Series | None) -> pl.Series:
    nothing = pl.Series([None] * documents.height, dtype=_TIME)
    captured = documents["fetch_time"] if "fetch_time" in documents.columns else nothing
    known = captured if first_seen is None else first_seen.fill_null(captured)
    return known.cast(_TIME)
