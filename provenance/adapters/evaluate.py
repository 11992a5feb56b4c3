"""Scores labelled texts for an evaluation: as they are, attacked, and with pieces of evidence left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from provenance.adapters.judge import CHUNK_ROWS, COLUMNS, measure_texts
from provenance.models.calibration import Calibration, load_calibration
from provenance.schema import GENRES
from provenance.train.attacks import ATTACKS
from provenance.train.evaluation import AXES, POSITIVE, EvaluateOptions
from provenance.train.losses import leave_out, list_pieces, measure_losses, stack_losses
from provenance.verdict import VerdictOptions, judge_batch

LENGTHS = ((80, 150), (150, 300), (300, None))
# Shares of places as RAID has them (Dugan et al. 2024, arXiv:2405.07940, appendix); mojibake is not among its attacks.
RATES = {"zero_width": 1.0, "homoglyph": 1.0, "typo": 0.2, "case": 0.05, "whitespace": 0.2, "mojibake": 1.0}
SEED = 1


@dataclass(frozen=True, slots=True)
class Measured:
    """Labelled rows with their signals beside; `documents` has doc_id, language, n_words and what else was told."""

    labelled: pl.DataFrame
    documents: pl.DataFrame
    signals: pl.DataFrame

    def judge(self, calibration: Calibration, options: VerdictOptions) -> pl.DataFrame:
        """The rows without their texts, the columns of a verdict beside."""
        verdicts = judge_batch(self.documents, self.signals, calibration, options, first_seen=None)
        frame = self.documents.select("language", "n_words").hstack(verdicts.drop("doc_id", "first_seen").get_columns())
        return self.labelled.drop("text").with_columns(frame.select(COLUMNS).get_columns())


def measure_labelled(labelled: pl.DataFrame, models: Path | None) -> Measured:
    """Signals of every row, by the models of a folder, in its own language as it is identified."""
    parts = [measure_texts(chunk["text"], models) for chunk in labelled.iter_slices(CHUNK_ROWS)]
    documents = pl.concat([documents.drop("text") for documents, _ in parts])
    return Measured(labelled, documents, pl.concat([signals for _, signals in parts]))


def name_groups(scored: pl.DataFrame, signals: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    """The rows with what `by` names beside: `length` in words and `told_genre`, what a text reads like most.

    `genre` is the told one where the table has none of its own.
    """
    added = {}
    if "length" in by and "length" not in scored.columns:
        added["length"] = _name_lengths(scored["n_words"])
    if "told_genre" in by:
        added["told_genre"] = tell_genre(signals)
    if "genre" in by and "genre" not in scored.columns:
        added["genre"] = tell_genre(signals)
    return scored.with_columns(**added)


def tell_genre(signals: pl.DataFrame) -> pl.Series:
    """The genre with the largest share in each row's mix; null where it was not measured."""
    columns = [f"genre_{genre}" for genre in GENRES if f"genre_{genre}" in signals.columns]
    if not columns:
        return pl.Series([None] * signals.height, dtype=pl.String)
    largest = pl.concat_list(columns).list.arg_max()
    names = [column.removeprefix("genre_") for column in columns]
    told = largest.replace_strict(dict(enumerate(names)), default=None, return_dtype=pl.String)
    return signals.select(pl.when(pl.col(columns[0]).is_not_null()).then(told)).to_series()


def measure_attacks(measured: Measured, models: Path | None, options: EvaluateOptions) -> pl.DataFrame:
    """What each attack on the positives of an axis costs; negatives stay as they are. Rows as `LOSS_SCHEMA`."""
    calibration, verdict = load_calibration(models), _presume(options)
    before = measured.judge(calibration, verdict)
    tables = []
    for axis in AXES:
        positive = measured.labelled["label"].is_in(POSITIVE[axis]).fill_null(False)
        if not positive.any():
            continue
        after = {}
        for name, attacked in _attack(measured.labelled.filter(positive)):
            judged = measure_labelled(attacked, models).judge(calibration, verdict)
            after[name] = _put_back(before, judged, positive)
        tables.append(measure_losses(before, after, axis, options))
    return stack_losses(tables)


def measure_ablations(measured: Measured, models: Path | None, options: EvaluateOptions) -> pl.DataFrame:
    """What each piece of evidence left out of the sum costs, thresholds and other weights unchanged."""
    calibration, verdict = load_calibration(models), _presume(options)
    before = measured.judge(calibration, verdict)

    def without(axis: Literal["ai", "mt"]) -> dict[str, pl.DataFrame]:
        pieces = list_pieces(calibration.axis(axis))
        return {piece: measured.judge(leave_out(calibration, axis, piece), verdict) for piece in pieces}

    return stack_losses([measure_losses(before, without(axis), axis, options) for axis in AXES])


def _attack(labelled: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    for name, attack in ATTACKS.items():
        yield name, labelled.with_columns(attack(labelled["text"], RATES[name], SEED).alias("text"))


def _put_back(before: pl.DataFrame, judged: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """The rows of `before` with those of `rows` replaced."""
    columns = ["ai_score", "mt_score", "ai_llr", "mt_llr", "origin"]
    numbered = before.with_row_index("row")
    new = judged.select(columns).with_columns(numbered.filter(rows)["row"])
    return numbered.update(new, on="row", include_nulls=True).drop("row")


def _presume(options: EvaluateOptions) -> VerdictOptions:
    return VerdictOptions(prior_ai=options.prior, prior_mt=options.prior)


def _name_lengths(n_words: pl.Series) -> pl.Series:
    name: pl.Expr = pl.lit(f"0-{LENGTHS[0][0]}")
    for low, high in LENGTHS:
        bounds = f"{low}-{high}" if high else f"{low}+"
        name = pl.when(n_words >= low).then(pl.lit(bounds)).otherwise(name)
    return pl.select(pl.when(n_words.is_not_null()).then(name)).to_series()
