"""Counts of what was seen, by epoch and rank: documents, words and tokens of each origin. They add up exactly."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from provenance.adapters.loaders.scored import ORIGINS, PROBLEMS, UNDETERMINED
from provenance.adapters.seen.rows import Rows
from provenance.adapters.seen.tokens import Integers

DECLARED = "declared_synthetic"
SEEN_ORIGINS = (*ORIGINS, DECLARED)  # a document of a declared source is of no other
MEASURES = ("n_documents", "n_words", "n_tokens", "n_without_words", "n_without_tokens")
# A part divides the documents by its names: "origin" all of them, the rest some.
PARTS = ("origin", "source", "unscored", "problem", "chosen")
COUNTS = pl.Schema(
    {"epoch": pl.Int64(), "rank": pl.Int64(), "part": pl.String(), "name": pl.String()}
    | dict.fromkeys(MEASURES, pl.Int64())
)
TABLE = pl.Schema(
    {"epoch": pl.Int64(), "rank": pl.Int64(), "origin": pl.String()}
    | dict.fromkeys(MEASURES, pl.Int64())
    | dict.fromkeys(("share", "share_of_words", "share_of_tokens"), pl.Float64())
)
Key = tuple[int, int, str, str]


@dataclass(slots=True)
class Counts:
    """By epoch, rank, part and name one array of MEASURES; of words and tokens the sums of those that are known."""

    by_key: dict[Key, Integers] = field(default_factory=dict)

    def add_rows(self, epoch: int, rank: int, rows: Rows, sources: Sequence[str]) -> None:
        """Counts rows; `sources` are the names of declared sources in the order of their numbers."""
        scored = rows.scored
        declared = scored.declared >= 0
        open_rows = ~declared & (scored.origin == UNDETERMINED)
        unscored = open_rows & np.isnan(scored.ai_score) & np.isnan(scored.mt_score)
        origin = np.where(declared, len(ORIGINS), scored.origin).astype(np.int64)
        self._add(epoch, rank, "origin", SEEN_ORIGINS, origin, rows)
        number = scored.declared.astype(np.int64)
        self._add(epoch, rank, "source", _name_sources(sources, number), number, rows)
        self._add(epoch, rank, "unscored", ("unscored",), np.where(unscored, 0, -1), rows)
        self._add(
            epoch, rank, "problem", PROBLEMS, np.where(scored.problem > 0, scored.problem.astype(np.int64), -1), rows
        )
        self._add(epoch, rank, "chosen", ("chosen",), np.where(~declared & rows.chosen, 0, -1), rows)

    def add(self, other: "Counts") -> None:
        """Adds all of another."""
        for key, measures in other.by_key.items():
            self.by_key[key] = self.by_key.get(key, np.zeros(len(MEASURES), np.int64)) + measures

    def total(self, part: str, *, epoch: int | None = None, rank: int | None = None) -> dict[str, Integers]:
        """MEASURES by name, over all epochs and ranks or of one."""
        found: dict[str, Integers] = {
            name: np.zeros(len(MEASURES), np.int64) for name in SEEN_ORIGINS if part == "origin"
        }
        for (of_epoch, of_rank, of_part, name), measures in self.by_key.items():
            if of_part == part and epoch in (None, of_epoch) and rank in (None, of_rank):
                found[name] = found.get(name, np.zeros(len(MEASURES), np.int64)) + measures
        return found

    def count(self, *, epoch: int | None = None, rank: int | None = None) -> int:
        """Documents seen."""
        return int(sum(measures[0] for measures in self.total("origin", epoch=epoch, rank=rank).values()))

    def list_epochs(self) -> list[int]:
        """The epochs in which something was seen, in order."""
        return sorted({epoch for epoch, *_ in self.by_key})

    def to_frame(self) -> pl.DataFrame:
        """All counts as COUNTS, in order of epoch, rank, part and name."""
        keys = sorted(self.by_key, key=lambda key: (*key[:2], PARTS.index(key[2]), key[3]))
        return pl.DataFrame([(*key, *self.by_key[key].tolist()) for key in keys], schema=COUNTS, orient="row")

    @classmethod
    def from_rows(cls, rows: Iterable[dict[str, object]]) -> "Counts":
        """The counts of rows as `to_frame` has them. Raises KeyError, ValueError or TypeError for others."""
        made = cls()
        for row in rows:
            key = (int(str(row["epoch"])), int(str(row["rank"])), str(row["part"]), str(row["name"]))
            made.by_key[key] = np.array([int(str(row[name])) for name in MEASURES], np.int64)
        return made

    def make_table(self) -> pl.DataFrame:
        """TABLE: a row for each origin in each epoch and rank; words, tokens and shares null where none is known."""
        places = sorted({(epoch, rank) for epoch, rank, *_ in self.by_key})
        rows = [
            (epoch, rank, name, *measures.tolist())
            for epoch, rank in places
            for name, measures in self.total("origin", epoch=epoch, rank=rank).items()
        ]
        schema = dict(list(TABLE.items())[: 3 + len(MEASURES)])
        frame = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
            (pl.col(name) / pl.when(pl.col(name).sum() > 0).then(pl.col(name).sum())).over("epoch", "rank").alias(share)
            for name, share in zip(MEASURES[:3], list(TABLE)[-3:], strict=True)
        )
        return frame.with_columns(_hide(name) for name in ("words", "tokens")).select(list(TABLE))

    def _add(self, epoch: int, rank: int, part: str, names: Sequence[str], number: Integers, rows: Rows) -> None:
        """Adds rows by the number of their name; -1 is none."""
        chosen = number >= 0
        if not chosen.any():
            return
        words, tokens = rows.scored.n_words, rows.tokens
        columns = (np.ones(len(rows)), np.maximum(words, 0), np.maximum(tokens, 0), words < 0, tokens < 0)
        sums = np.array([np.bincount(number[chosen], column[chosen], len(names)) for column in columns]).astype(
            np.int64
        )
        for place in np.flatnonzero(sums[0]).tolist():
            self.add(Counts({(epoch, rank, part, names[place]): sums[:, place]}))


def sum_measures(parts: Mapping[str, Integers]) -> list[int]:
    """MEASURES of several names together."""
    return [int(value) for value in np.sum([*parts.values(), np.zeros(len(MEASURES), np.int64)], axis=0)]


def _hide(of: str) -> pl.Expr:
    """A sum of which no summand is known is null."""
    nothing = (pl.col(f"n_without_{of}") == pl.col("n_documents")) & (pl.col("n_documents") > 0)
    return pl.when(~nothing).then(f"n_{of}").alias(f"n_{of}")


def _name_sources(sources: Sequence[str], declared: Integers) -> Sequence[str]:
    """Names for all numbers met: of those beyond the manifest their number."""
    most = int(declared.max(initial=-1)) + 1
    return [*sources, *(f"source {number}" for number in range(len(sources), most))]
