"""The documents that a report shows, read from where they stand: a row group of a shard's tables each."""

from collections.abc import Mapping, Sequence

import polars as pl

from provenance.jobs.gather import DOCUMENT_COLUMNS, VERDICT_COLUMNS, RunTables
from provenance.jobs.sources.plan import Shard
from provenance.jobs.tabulate.counts import Counts
from provenance.report import Example, make_example, pick_strongest, read_spans
from provenance.store import bring_footer, read_rows

_SHOWN = ("url", "text", "warc_filename", "warc_record_offset", "warc_record_length")
_PLACE = ("run", "crawl", "shard", "row")


def load_examples(runs: Sequence[RunTables], counts: Sequence[Counts]) -> tuple[Example, ...]:
    """The strongest documents of all runs with text, evidence and spans; `counts` has those of each run."""
    placed = [one.strongest.with_columns(run=pl.lit(number)) for number, one in enumerate(counts)]
    chosen = pick_strongest(pl.concat(placed).lazy(), also=_PLACE).collect() if placed else pl.DataFrame()
    return tuple(_load(runs, row) for row in chosen.iter_rows(named=True))


def _load(runs: Sequence[RunTables], place: Mapping[str, int | str]) -> Example:
    run, shard = runs[int(place["run"])], Shard(str(place["crawl"]), str(place["shard"]), "", 0)
    names = pl.read_parquet_schema(bring_footer(run.path("signals", shard)))
    tables = {
        "documents": (*DOCUMENT_COLUMNS, *_SHOWN),
        "verdicts": (*VERDICT_COLUMNS, "evidence"),
        "signals": tuple(name for name in names if name.endswith("_hits")),
    }
    row: dict[str, object] = {}
    for table, columns in tables.items():
        row |= read_rows(run.path(table, shard), [int(place["row"])], columns).row(0, named=True)
    return make_example(row, str(row["text"]), read_spans(row))
