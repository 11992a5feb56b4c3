"""Groups of shards, and what is gathered of each: slim rows of its documents, counts of words, and counts."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import polars as pl

from provenance.errors import ShardError
from provenance.jobs.gather import SCORED, RunTables, group_file, scan_documents
from provenance.jobs.sources.plan import Shard
from provenance.jobs.tabulate.counts import Counts, add_up, count_shard
from provenance.jobs.wordings import GROUPED as WORDINGS
from provenance.jobs.wordings import add_wordings
from provenance.store import Place, find_damaged, forget_copies, read_text, write_table, write_text

COUNTS = "counts.json"
FILES = (SCORED, WORDINGS, COUNTS)
GROUP_DOCUMENTS = 250_000
_MOST_SHARDS = 1_000
_READ = ("documents", "verdicts", "clusters", "decisions", "signals", "parallels", "curated", "wordings")


def group_shards(shards: Sequence[Shard], n_documents: Sequence[int]) -> list[tuple[Shard, ...]]:
    """The shards cut into groups of neighbours, of about 250,000 documents and at least a shard each."""
    groups: list[list[Shard]] = []
    room = 0
    for shard, n in zip(shards, n_documents, strict=True):
        if not groups or n > room or len(groups[-1]) == _MOST_SHARDS:
            groups.append([])
            room = GROUP_DOCUMENTS
        groups[-1].append(shard)
        room -= n
    return [tuple(group) for group in groups]


def gather_group(run: RunTables, group: Place, metadata: Mapping[str, str]) -> int:
    """Leaves the files of `group`, whose shards are all those of `run`; how many documents it has.

    Raises ShardError for a table that cannot be read, ConfigError for one that is not there, OutputError.
    """
    try:
        counts = add_up(count_shard(run, shard) for shard in run.shards)
        documents = scan_documents(run).collect()
        wordings = add_wordings(run).sort(pl.all()).collect()
    except (OSError, pl.exceptions.PolarsError) as error:
        damaged = find_damaged(run.path(table, shard) for table in _READ for shard in run.shards)
        raise damaged or ShardError(str(run.out), f"its tables cannot be read: {error}") from error
    write_table(group_file(group, SCORED), documents, metadata)
    write_table(group_file(group, WORDINGS), wordings, metadata)
    write_text(group_file(group, COUNTS), counts.to_json())
    return documents.height


def load_counts(run: RunTables) -> Counts:
    """The counts of all groups of a run."""
    return add_up(Counts.from_json(read_text(group_file(group, COUNTS))) for group in run.groups)


@contextmanager
def gathered(runs: Sequence[RunTables]) -> Iterator[tuple[RunTables, ...]]:
    """The runs with what is gathered of their shards, which this process does now, for as long as the block lasts.

    It lies on this machine, wherever the runs do. Raises as `gather_group`.
    """
    with tempfile.TemporaryDirectory(prefix="provenance-report-") as scratch:
        yield tuple(_gather(run, Path(scratch) / str(number)) for number, run in enumerate(runs))


def _gather(run: RunTables, scratch: Path) -> RunTables:
    read = {(r.task.crawl, r.task.shard): r.counts.get("documents", 0) for r in run.receipts}
    groups = group_shards(run.shards, [read.get((shard.crawl, shard.name), 0) for shard in run.shards])
    for number, shards in enumerate(groups):
        gather_group(replace(run, shards=shards), scratch / str(number), {})
        forget_copies()
    return replace(run, groups=tuple(scratch / str(number) for number in range(len(groups))))
