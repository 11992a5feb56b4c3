"""Where the search for versions lays its pieces: pages in order of sites, and what was found; deleted in the end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from provenance.schema import ANCHORS, PARALLELS
from provenance.store import open_whole

MAX_ROWS = 30_000  # pages matched at a time; a site that has more is cut by its keys
_ROW_GROUP = 2_000
_ALL = 1 << 64
SCATTERED = pl.Schema([("key", pl.UInt64()), ("item", pl.Int64()), *ANCHORS.schema.items()])
FOUND = pl.Schema([("item", pl.Int64()), *PARALLELS.schema.items()])


@dataclass(frozen=True, slots=True)
class Pieces:
    """The scratch folder of one search."""

    folder: Path

    def pages_path(self, part: str) -> Path:
        """The pages of a shard, in order of their keys."""
        return self.folder / f"{part}.pages.parquet"

    def found_path(self, partition: str) -> Path:
        """What was found of the pages of a range, in order of items."""
        return self.folder / f"{partition}.found.parquet"

    def read_pages(self, parts: Sequence[str], low: int, high: int) -> Iterator[pl.DataFrame]:
        """All pages with keys from `low` on and below `high`, in stretches of whole sites, each in order of items.

        Ranges are halved until a stretch has no more than `MAX_ROWS` pages, whatever else is read: only then a site is
        cut, and always at the same places. A key that has more is cut by its items.
        """
        pages = pl.scan_parquet([self.pages_path(part) for part in parts], schema=SCATTERED, glob=False)
        yield from _halve(pages, "key", low, high)

    def read_found(self, partitions: Sequence[str], start: int, end: int) -> pl.DataFrame:
        """What was found of the items from `start` on and below `end`, in their order."""
        found = pl.scan_parquet([self.found_path(name) for name in partitions], schema=FOUND, glob=False)
        return found.filter((pl.col("item") >= start) & (pl.col("item") < end)).sort("item").collect()


def _halve(pages: pl.LazyFrame, column: str, low: int, high: int) -> Iterator[pl.DataFrame]:
    # the last key of all is no bound of 64 bits
    dtype = SCATTERED[column]
    inside = pages.filter(pl.col(column).is_between(pl.lit(low, dtype), pl.lit(high - 1, dtype)))
    n = int(inside.select(pl.len()).collect().item())
    if n > MAX_ROWS and high - low > 1:
        middle = (low + high) // 2
        yield from _halve(pages, column, low, middle)
        yield from _halve(pages, column, middle, high)
    elif n > MAX_ROWS:
        yield from _halve(inside, "item", 0, 1 + int(inside.select(pl.col("item").max()).collect().item()))
    elif n:
        yield inside.sort("item").collect()


def write_piece(path: Path, frame: pl.DataFrame) -> None:
    """Writes rows so that a range of them is read without the others. Raises OutputError."""
    with open_whole(path) as file:
        frame.write_parquet(file, row_group_size=_ROW_GROUP, compression="lz4")
