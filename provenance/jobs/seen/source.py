"""The documents of a finished run, as the index takes them: batches of a few columns of two tables, row for row."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import polars as pl
import pyarrow.parquet as pq

from provenance.errors import ConfigError
from provenance.jobs.folder import SavedRun, load_saved_run
from provenance.jobs.sources.plan import Shard
from provenance.run import Ledger
from provenance.store import Place, bring_columns, count_rows, find_absent, forget_copies, table_path

_GROUPS = 32  # row groups of 1,000 documents read together


@dataclass(frozen=True, slots=True)
class RunSource:
    """The shards of a finished run that have tables."""

    run: SavedRun
    shards: tuple[Shard, ...]

    def read(self, shard: Shard, documents: Sequence[str], signatures: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Columns of `documents` and `signatures` of a shard, in order of rows. Raises ConfigError."""
        wanted = {"documents": documents, "signatures": signatures}
        places = {table: self._locate(table, shard) for table, columns in wanted.items() if columns}
        with ExitStack() as stack:
            stack.callback(forget_copies, places.values())
            files = {
                table: stack.enter_context(pq.ParquetFile(bring_columns(place, wanted[table])))
                for table, place in places.items()
            }
            sizes = {table: file.metadata.num_rows for table, file in files.items()}
            if len(set(sizes.values())) > 1:
                raise ConfigError(
                    f"{self.run.out}: the tables of shard {shard.name} do not match; see `provenance verify`"
                )
            n_groups = next(iter(files.values())).num_row_groups
            for start in range(0, n_groups, _GROUPS):
                groups = range(start, min(start + _GROUPS, n_groups))
                frames = [_read(files[table], groups, wanted[table]) for table in files]
                yield pl.concat(frames, how="horizontal")

    def count(self) -> list[int]:
        """Documents of each shard. Raises ShardError for a table that is not whole."""
        return [count_rows(self._locate("signatures", shard)) for shard in self.shards]

    def _locate(self, table: str, shard: Shard) -> Place:
        return table_path(self.run.out, table, shard.crawl, shard.name)


def open_run(out: Place) -> RunSource:
    """The documents of a run, which may lie on object storage.

    Raises ConfigError when the folder holds no finished run, or its tables are gone.
    """
    run = load_saved_run(out)
    done = {(r.task.crawl, r.task.shard) for r in Ledger(out / "ledger.jsonl").receipts("read") if r.done}
    shards = tuple(shard for shard in run.shards if (shard.crawl, shard.name) in done)
    tables = ("documents", "signatures")
    absent = find_absent(table_path(out, table, shard.crawl, shard.name) for shard in shards for table in tables)
    if absent:
        raise ConfigError(
            f"{min(absent, key=str)}: missing; run the same `provenance run` again, it makes what is missing"
        )
    return RunSource(run, shards)


def _read(file: pq.ParquetFile, groups: range, columns: Sequence[str]) -> pl.DataFrame:
    frame = pl.from_arrow(file.read_row_groups(list(groups), columns=list(columns), use_threads=False))
    assert isinstance(frame, pl.DataFrame)
    return frame
