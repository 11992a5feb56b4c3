"""Where the search for versions lays its pieces: pages in order of sites, and what was found; deleted in the end.

The name of what is cut, or belongs to a cut, says into how many parts: pieces of two ways to cut never mix.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from provenance.jobs.pieces.cuts import find_room, read_cuts, unpack_frame
from provenance.schema import ANCHORS, PARALLELS
from provenance.store import Place

MAX_ROWS = 30_000  # pages matched at a time; a site that has more is cut by its keys
GATHERED = 50_000  # pages of a range put in order of keys at a time
_ROW_GROUP = 2_000
_ALL = 1 << 64
SCATTERED = pl.Schema([("key", pl.UInt64()), ("item", pl.Int64()), *ANCHORS.schema.items()])
FOUND = pl.Schema([("item", pl.Int64()), *PARALLELS.schema.items()])


@dataclass(frozen=True, slots=True)
class Pieces:
    """The scratch folder of one search whose sites are cut into `n_ranges` ranges of keys."""

    folder: Place
    n_ranges: int

    def pages_path(self, part: str) -> Place:
        """The pages of a shard, cut by ranges, in each in order of keys."""
        return self.folder / f"{part}.{self.n_ranges}.pages"

    def found_path(self, number: int) -> Place:
        """What was found of the pages of a range, cut by shards, in each in order of items."""
        return self.folder / f"{number:05}.{self.n_ranges}.found"

    def range_of(self, number: int) -> tuple[int, int]:
        """The keys of a range: from the first on, below the second."""
        return number * _ALL // self.n_ranges, (number + 1) * _ALL // self.n_ranges

    def read_pages(self, parts: Sequence[str], number: int) -> Iterator[pl.DataFrame]:
        """All pages of a range, in stretches of whole sites, each in order of items.

        The range is halved until a stretch has no more than `MAX_ROWS` pages, whatever else is read: only then a site
        is cut, and always at the same places. A key that has more is cut by its items.
        """
        places = [self.pages_path(part) for part in parts]
        with _gather(self.folder, map(unpack_frame, filter(None, read_cuts(places, number, number + 1)))) as pages:
            yield from _halve(pages, "key", *self.range_of(number))

    def read_found(self, index: int) -> pl.DataFrame:
        """What was found of the pages of a shard, in order of items."""
        places = [self.found_path(number) for number in range(self.n_ranges)]
        found = [unpack_frame(data) for data in read_cuts(places, index, index + 1) if data]
        return pl.concat([pl.DataFrame(schema=FOUND), *found]).sort("item")


@contextmanager
def _gather(folder: Place, frames: Iterator[pl.DataFrame]) -> Iterator[pl.LazyFrame]:
    """The pages of all frames: few of them in memory, more in a file in which those of near keys lie together."""
    ordered = _order(frames)
    first = next(ordered, pl.DataFrame(schema=SCATTERED))
    second = next(ordered, None)
    if second is None:
        yield first.lazy()
        return
    with tempfile.TemporaryDirectory(dir=find_room(folder)) as laid:
        path = Path(laid) / "pages.parquet"
        schema = first.head(0).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
        with pq.ParquetWriter(path, schema, compression="lz4") as writer:
            for frame in (first, second, *ordered):
                table = frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema)
                writer.write_table(table, row_group_size=_ROW_GROUP)
        yield pl.scan_parquet(path, schema=SCATTERED, glob=False)


def _order(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Frames put together to about `GATHERED` rows, each in order of keys."""
    waiting: list[pl.DataFrame] = []
    for frame in frames:
        waiting.append(frame)
        if sum(some.height for some in waiting) >= GATHERED:
            yield pl.concat(waiting).sort("key", "item")
            waiting = []
    if waiting:
        yield pl.concat(waiting).sort("key", "item")


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
