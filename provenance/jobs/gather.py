"""Tables of one or more runs read together: what the estimates, the data card and the report are made from."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from provenance.jobs.sources.plan import Shard
from provenance.jobs.weights import add_weights, count_unweighted
from provenance.report import Example, make_example, read_spans
from provenance.run import Ledger, Receipt
from provenance.schema import TABLES
from provenance.stats.sites.columns import SITE_COLUMNS, add_site_columns
from provenance.stats.weighting import WEIGHT
from provenance.store import Place, scan_file, table_path

ORIGINS = ("human", "ai_generated", "machine_translated", "undetermined")
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
_BYTES = ("bytes_read", "bytes_skipped")
_DIGESTS = ("digests_checked", "digest_mismatches")
_SHOWN = ("url", "text", "warc_filename", "warc_record_offset", "warc_record_length")


@dataclass(frozen=True, slots=True)
class RunTables:
    """The judged shards of an output folder; `weighted`: its documents are a sample and have weights."""

    out: Place
    shards: tuple[Shard, ...]
    weighted: bool = False

    @property
    def receipts(self) -> list[Receipt]:
        """What became of reading each shard, lost ones included."""
        return Ledger(self.out / "ledger.jsonl").receipts("read")

    def scan(self, table: str, shard: Shard) -> pl.LazyFrame:
        """One shard's file of a table."""
        return scan_file(table_path(self.out, table, shard.crawl, shard.name))


def scan_all(runs: Sequence[RunTables], table: str) -> pl.LazyFrame:
    """A table over all shards of all runs; no rows where there are no shards."""
    files = [run.scan(table, shard) for run in runs for shard in run.shards]
    return pl.concat(files) if files else pl.LazyFrame(schema=_SCHEMAS[table])


def scan_scored(runs: Sequence[RunTables]) -> pl.LazyFrame:
    """A row per document with what estimates and trends need, its site columns among it; no text.

    Documents of weighted runs have `sample_weight`, null where they were not drawn; of others there is no such column.
    """
    return _scan_beside(runs, {"verdicts": VERDICT_COLUMNS, "clusters": ("representative",)})


def scan_choices(runs: Sequence[RunTables]) -> pl.LazyFrame:
    """A row per document with what curation did to it, its site columns, and what else its kind is told from."""
    first = next((run.scan("signals", shard) for run in runs for shard in run.shards), pl.LazyFrame())
    names = first.collect_schema().names()  # equal in all: the runs have the same models and options
    told = tuple(name for name in names if name.startswith("genre_") or name == "lm_human_nats")
    return _scan_beside(runs, {"decisions": ("kept", "weight"), "signals": told})


def _scan_beside(runs: Sequence[RunTables], tables: Mapping[str, tuple[str, ...]]) -> pl.LazyFrame:
    """The documents without text, columns of other tables and the site columns beside them."""
    columns = {"documents": (*DOCUMENT_COLUMNS, *SITE_SOURCES), **tables}
    frames = [_weigh(run, [_beside(run, shard, columns) for shard in run.shards]) for run in runs if run.shards]
    schema = {name: _SCHEMAS[table][name] for table, names in columns.items() for name in names if table in _SCHEMAS}
    schema |= {WEIGHT: pl.Float64()} if any(run.weighted for run in runs) else {}
    return add_site_columns(pl.concat(frames) if frames else pl.LazyFrame(schema=schema)).drop(SITE_SOURCES)


def _weigh(run: RunTables, shards: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    """The documents of a run's shards, with their weights where it has any."""
    return add_weights(pl.concat(shards), run.out) if run.weighted else pl.concat(shards)


def load_examples(runs: Sequence[RunTables], chosen: pl.DataFrame) -> tuple[Example, ...]:
    """The chosen documents (doc_id) with text, evidence and spans, in the order chosen."""
    wanted = chosen.get_column("doc_id").to_list()
    found: dict[str, Example] = {}
    for row in _find_rows(runs, wanted):
        found.setdefault(str(row["doc_id"]), make_example(row, str(row["text"]), read_spans(row)))
    return tuple(found[identity] for identity in wanted)


def count_values(frame: pl.LazyFrame, column: str, *, null: str | None = None) -> dict[str, int]:
    """Rows by value of a column, most frequent first; nulls are counted under the name `null`, or not at all."""
    values = frame.select(pl.col(column).cast(pl.String).alias("value"))
    values = values.drop_nulls() if null is None else values.fill_null(null)
    counted = values.group_by("value").agg(pl.len().alias("n"))
    return dict(counted.sort("n", "value", descending=[True, False]).collect().iter_rows())


def add_counts(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Counts added up by name, largest first."""
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))


def count_totals(run: RunTables) -> dict[str, int]:
    """What a run came to: shards, records, documents, rejects, words, curated, left out, origins,
    documents in several languages; digests if checked; of a sample its documents without a weight.

    Bytes are those of all shards, also of the lost ones.
    """
    added = add_counts(receipt.counts for receipt in run.receipts if receipt.done)
    added |= add_counts({name: receipt.counts.get(name, 0) for name in _BYTES} for receipt in run.receipts)
    names = ("records", "documents", "rejects", "words", *_BYTES, *(name for name in _DIGESTS if name in added))
    kept = count_values(scan_all([run], "decisions"), "kept")
    origins = count_values(scan_all([run], "verdicts"), "origin")
    return {
        "shards": len(run.shards),
        **{name: added.get(name, 0) for name in names},
        "curated": kept.get("true", 0),
        "left_out": kept.get("false", 0),
        **{origin: origins.get(origin, 0) for origin in ORIGINS},
        **_count_parallel(run),
        **({"unweighted": count_unweighted(scan_all([run], "documents"), run.out)} if run.weighted else {}),
    }


def _count_parallel(run: RunTables) -> dict[str, int]:
    """Documents whose page exists in two languages and more, and in three and more."""
    several = pl.col("parallelism")
    counted = scan_all([run], "parallels").select(parallel_2=(several > 1).sum(), parallel_3=(several > 2).sum())
    return {name: int(n) for name, n in counted.collect().row(0, named=True).items()}


def _find_rows(runs: Sequence[RunTables], wanted: Sequence[str]) -> Iterator[dict[str, object]]:
    for run in runs:
        for shard in run.shards:
            names = run.scan("signals", shard).collect_schema().names()
            hits = tuple(name for name in names if name.endswith("_hits"))
            tables = {
                "documents": (*DOCUMENT_COLUMNS, *_SHOWN),
                "verdicts": (*VERDICT_COLUMNS, "evidence"),
                "signals": hits,
            }
            rows = _beside(run, shard, tables).filter(pl.col("doc_id").is_in(wanted))
            yield from rows.collect().iter_rows(named=True)


def _beside(run: RunTables, shard: Shard, tables: Mapping[str, tuple[str, ...]]) -> pl.LazyFrame:
    """Columns of a shard's aligned tables beside each other."""
    return pl.concat([run.scan(table, shard).select(names) for table, names in tables.items()], how="horizontal")
