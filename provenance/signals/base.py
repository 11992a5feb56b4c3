"""What a signal is: a frozen object that measures columns beside the documents, row for row.

The laws (tests/signals/test_laws.py): declared columns and dtypes; a row per row, in order; a document is measured
alone; values finite and in range, or null; empty text gives null; pickles to an equal object; is documented.
"""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Protocol

import polars as pl

from provenance.schema import Column
from provenance.text.repair import repair_texts

MENDED = "mended"


class Signal(Protocol):
    """A measured property of a document; its options are its identity (a frozen dataclass).

    `needs` names the columns of the batch it reads; one that the batch lacks is handed in as null, but for
    `MENDED`: the mended text (`provenance.text.repair`), which is made once for all signals that read it.
    """

    columns: ClassVar[Mapping[str, Column]]
    needs: ClassVar[tuple[str, ...]]

    def measure(self, batch: pl.DataFrame) -> pl.DataFrame:
        """The declared columns, a row for each row of the batch, in order."""
        ...


def measure_signals(batch: pl.DataFrame, signals: Iterable[Signal]) -> pl.DataFrame:
    """All columns of all signals beside each other, a row for each row of the batch."""
    measured: list[pl.Series] = []
    signals = tuple(signals)
    if any(MENDED in signal.needs for signal in signals):
        batch = batch.with_columns(take_mended(batch).alias(MENDED))
    for signal in signals:
        missing = [pl.lit(None).alias(name) for name in signal.needs if name not in batch.columns]
        frame = signal.measure(batch.with_columns(missing) if missing else batch)
        measured.extend(frame.get_columns())
    return pl.DataFrame(measured) if measured else pl.DataFrame(height=batch.height)


def take_mended(batch: pl.DataFrame) -> pl.Series:
    """The mended text of each row, String: the batch's column where it has one, else made of `text`."""
    if MENDED in batch.columns:
        mended = batch[MENDED]
        return mended if mended.dtype == pl.String else mended.cast(pl.String)
    text = batch["text"] if "text" in batch.columns else pl.repeat(None, batch.height, dtype=pl.String, eager=True)
    return repair_texts(text.cast(pl.String)).alias(MENDED)
