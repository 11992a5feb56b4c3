"""Tables of one or more runs read together: what the estimates, the data card and the report are made from."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from provenance.jobs.sources.plan import Shard
from provenance.jobs.weights import add_weights
from provenance.run import Ledger, Receipt
from provenance.schema import TABLES
from provenance.stats.sites.columns import SITE_COLUMNS, add_site_columns
from provenance.stats.weighting import WEIGHT
from provenance.store import Place, bring_footer, scan_file, table_path

_SCHEMAS = {table.name: table.schema for table in TABLES}
DOCUMENT_COLUMNS = (
    "doc_id",
    "crawl",
    "language",
    "url_host_name",
    "url_host_registered_domain",
    "fetch_time",
    "n_words",
)
SITE_SOURCES = ("url", "generator")  # what the site columns are told from, beside the others
VERDICT_COLUMNS = ("ai_score", "mt_score", "ai_llr", "mt_llr", "origin", "first_seen")
GROUPING = ("language", "crawl", *SITE_COLUMNS, "url_host_name", "url_host_registered_domain", "origin")
SCORED = "scored.parquet"  # of a group of shards: a row per document with all that estimates need


@dataclass(frozen=True, slots=True)
class RunTables:
    """The judged shards of an output folder; `weighted`: its documents are a sample and have weights.

    `groups` are names of what was gathered from groups of the shards, in their order (see `group_file`); none where it
    was not yet.
    """

    out: Place
    shards: tuple[Shard, ...]
    weighted: bool = False
    groups: tuple[Place, ...] = ()

    @property
    def receipts(self) -> list[Receipt]:
        """What became of reading each shard, lost ones included."""
        return Ledger(self.out / "ledger.jsonl").receipts("read")

    def scan(self, table: str, shard: Shard, columns: Sequence[str]) -> pl.LazyFrame:
        """Columns of one shard's file of a table."""
        return scan_file(self.path(table, shard), columns)

    def path(self, table: str, shard: Shard) -> Place:
        """Where a shard's table lies."""
        return table_path(self.out, table, shard.crawl, shard.name)


def group_file(group: Place, name: str) -> Place:
    """Where something gathered of a group lies: all files of all groups in one folder, which is listed at once."""
    return group.with_name(f"{group.name}.{name}")


def scan_all(runs: Sequence[RunTables], table: str, columns: Sequence[str]) -> pl.LazyFrame:
    """Columns of a table over all shards of all runs; no rows where there are no shards."""
    files = [run.scan(table, shard, columns) for run in runs for shard in run.shards]
    return pl.concat(files) if files else pl.LazyFrame(schema={name: _SCHEMAS[table][name] for name in columns})


def scan_scored(runs: Sequence[RunTables]) -> pl.LazyFrame:
    """A row per document with what estimates and trends need, its site columns among it; no text.

    Documents of weighted runs have `sample_weight`, null where they were not drawn; of others there is no such column.
    """
    return _scan_beside(runs, {"verdicts": VERDICT_COLUMNS, "clusters": ("representative",)})


def scan_choices(runs: Sequence[RunTables]) -> pl.LazyFrame:
    """A row per document with what curation did to it, its site columns, and what else its kind is told from."""
    return _scan_beside(runs, {"decisions": ("kept", "weight"), "signals": _name_kinds(runs)})


def scan_documents(run: RunTables) -> pl.LazyFrame:
    """A row per document of a run with what `scan_scored` and `scan_choices` give."""
    verdicts = {"verdicts": VERDICT_COLUMNS, "clusters": ("representative",)}
    return _scan_beside([run], {**verdicts, "decisions": ("kept", "weight"), "signals": _name_kinds([run])})


def add_counts(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Counts added up by name, largest first."""
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))


def _name_kinds(runs: Sequence[RunTables]) -> tuple[str, ...]:
    files = [group_file(group, SCORED) for run in runs for group in run.groups[:1]]
    files += [run.path("signals", shard) for run in runs if not run.groups for shard in run.shards[:1]]
    names = pl.read_parquet_schema(bring_footer(files[0])) if files else ()  # equal in all: of the same models, options
    return tuple(name for name in names if name.startswith("genre_") or name == "lm_human_nats")


def _scan_beside(runs: Sequence[RunTables], tables: Mapping[str, tuple[str, ...]]) -> pl.LazyFrame:
    """The documents without text, columns of other tables and the site columns beside them."""
    columns = {"documents": (*DOCUMENT_COLUMNS, *SITE_SOURCES), **tables}
    schema = {name: _SCHEMAS[table][name] for table, names in columns.items() for name in names if table in _SCHEMAS}
    schema |= {WEIGHT: pl.Float64()} if any(run.weighted for run in runs) else {}
    frames = [_scan_run(run, columns) for run in runs if run.shards]
    return pl.concat(frames) if frames else _tell_sites(pl.LazyFrame(schema=schema))


def _scan_run(run: RunTables, columns: Mapping[str, tuple[str, ...]]) -> pl.LazyFrame:
    """The same of a run, from its shards or from what was gathered of them."""
    if not run.groups:
        return _tell_sites(_weigh(run, [_beside(run, shard, columns) for shard in run.shards]))
    told = [name for names in columns.values() for name in names if name not in SITE_SOURCES]
    names = [*told, *([WEIGHT] if run.weighted else []), *SITE_COLUMNS]
    return pl.concat([scan_file(group_file(group, SCORED), names) for group in run.groups])


def _tell_sites(documents: pl.LazyFrame) -> pl.LazyFrame:
    return add_site_columns(documents).drop(SITE_SOURCES)


def _weigh(run: RunTables, shards: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    """The documents of a run's shards, with their weights where it has any."""
    return add_weights(pl.concat(shards), run.out) if run.weighted else pl.concat(shards)


def _beside(run: RunTables, shard: Shard, tables: Mapping[str, tuple[str, ...]]) -> pl.LazyFrame:
    """Columns of a shard's aligned tables beside each other."""
    return pl.concat([run.scan(table, shard, names) for table, names in tables.items()], how="horizontal")
