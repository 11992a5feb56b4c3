"""Scores of documents of known origin: what human and synthetic texts of every kind known to us score.

The estimates need them twice: as the densities that a mixture is made of, and as a stand-in for controls where a run
has no documents that are known to be human.
"""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from provenance.errors import ConfigError

LABELS = ("human", "ai_generated", "machine_translated")
REFERENCE_SCORES = pl.Schema(
    {
        "language": pl.String(),
        "label": pl.String(),  # one of LABELS
        "source": pl.String(),  # data set and register: the unit that is resampled
        "generator": pl.String(),  # null for human documents
        "register": pl.String(),  # null where it is not told
        "n_words": pl.Int64(),
        "ai_llr": pl.Float64(),  # nats; null where not measurable, as the others
        "mt_llr": pl.Float64(),
        "ai_score": pl.Float64(),
        "mt_score": pl.Float64(),
    }
)


@dataclass(frozen=True, eq=False)
class ReferenceScores:
    """A table of REFERENCE_SCORES, each document scored by models that had not seen its like."""

    frame: pl.DataFrame

    def __post_init__(self) -> None:
        """Refuse a table without its columns."""
        missing = [name for name in REFERENCE_SCORES if name not in self.frame.columns]
        if missing:
            raise ConfigError(f"reference scores lack {', '.join(missing)}; they have {', '.join(self.frame.columns)}")

    def without(self, *, sources: Collection[str] = (), generators: Collection[str] = ()) -> "ReferenceScores":
        """The same without some sources and generators, as if they had never been met."""
        left_out = pl.col("source").is_in(list(sources)) | pl.col("generator").is_in(list(generators))
        return ReferenceScores(self.frame.filter(~left_out.fill_null(False)))

    def pick(self, label: str, language: str, column: str) -> dict[str, pl.Series]:
        """The scores of a label in one language by source, null and NaN dropped; sources in order of their names."""
        known = pl.col(column).is_not_null() & pl.col(column).is_not_nan()
        same = self.frame.filter(pl.col("label") == label, pl.col("language") == language, known)
        parts = same.select("source", column).sort("source", column).partition_by("source", maintain_order=True)
        return {str(part["source"][0]): part[column] for part in parts}
