"""Near duplicates that differ from their representative in a flip only stay: their texts are read and compared.

Texts are read once, in the order they lie in, into a file of this machine, and looked up there by pairs.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

import numpy as np
import polars as pl

from provenance.dedup.contrast import flag_contrasts
from provenance.dedup.keys import Rows
from provenance.jobs.dedup.documents import Documents
from provenance.jobs.dedup.scratch import Part, Scratch, share_out
from provenance.jobs.pieces.cuts import find_room

_PAIRS = 1000  # pairs of texts in memory at a time


@dataclass(frozen=True, slots=True)
class ContrastSearch:
    """Flags the members of clusters that are contrasts."""

    documents: Documents
    scratch: Scratch
    names: Sequence[tuple[str, str]]
    parts: Sequence[Part]

    def flag(self, members: pl.DataFrame) -> pl.DataFrame:
        """The members, contrasts among them with kind, `contrast` in words, and `representative`: they stay.

        Takes what `describe_members` gives. Of several members of one text the first one stays.
        """
        pairs = members.filter((pl.col("kind") == "near") & ~pl.col("representative") & pl.col("first_of_text"))
        wanted = np.unique(np.concatenate([pairs["item"].to_numpy(), pairs["leader"].to_numpy()]))
        with tempfile.TemporaryFile(dir=find_room(self.scratch.folder)) as file:
            texts = _TextFile(file, self._read(wanted))
            found = [self._compare(pairs.slice(begin, _PAIRS), texts) for begin in range(0, pairs.height, _PAIRS)]
        flagged = pl.concat([_NOTHING, *found])
        told = members.join(flagged, on="item", how="left", maintain_order="left")
        is_contrast = pl.col("contrast").is_not_null()
        return told.with_columns(
            kind=pl.when(is_contrast).then(pl.lit("contrast")).otherwise("kind"),
            representative=pl.col("representative") | is_contrast,
        )

    def _read(self, wanted: Rows) -> Iterator[pl.DataFrame]:
        """Item (of the whole corpus), text and language, in the order of items."""
        for index, own in share_out(wanted, self.parts):
            start = self.parts[index].start
            for texts in self.documents.read_texts(*self.names[index], wanted[own] - start):
                yield texts.with_columns(pl.col("item") + start)

    def _compare(self, pairs: pl.DataFrame, texts: "_TextFile") -> pl.DataFrame:
        left, _ = texts.look_up(pairs["leader"].to_numpy())
        right, languages = texts.look_up(pairs["item"].to_numpy())
        found = flag_contrasts(pl.DataFrame({"left": left, "right": right, "language": languages}))
        flips = pairs.select("item").hstack(found.struct.unnest()).filter(pl.col("kind").is_not_null())
        return flips.select("item", contrast=pl.format("{}: {} / {}", "kind", "left", "right"))


_NOTHING = pl.DataFrame(schema={"item": pl.Int64, "contrast": pl.String})


class _TextFile:
    """Texts by item, on disk; 20 bytes an item in memory."""

    def __init__(self, file: IO[bytes], texts: Iterator[pl.DataFrame]) -> None:
        items, ends, languages = [np.empty(0, np.int64)], [np.zeros(1, np.int64)], [pl.Series([], dtype=pl.String)]
        for batch in texts:
            encoded = [(text or "").encode() for text in batch["text"].to_list()]
            file.writelines(encoded)
            items.append(batch["item"].to_numpy())
            ends.append(ends[-1][-1] + np.cumsum([len(text) for text in encoded], dtype=np.int64))
            languages.append(batch["language"])
        file.flush()
        self._file = file
        self._items, self._ends = np.concatenate(items), np.concatenate(ends)
        self._languages = pl.concat(languages).cast(pl.Categorical)

    def look_up(self, items: Rows) -> tuple[list[str], pl.Series]:
        """Text and language of each item."""
        places = np.searchsorted(self._items, items)
        texts = [_read_at(self._file.fileno(), int(self._ends[at]), int(self._ends[at + 1])) for at in places]
        return texts, self._languages[places].cast(pl.String)


def _read_at(fd: int, start: int, end: int) -> str:
    return os.pread(fd, end - start, start).decode()
