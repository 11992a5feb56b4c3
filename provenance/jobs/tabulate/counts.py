"""Counts of the documents of some shards. Those of several parts add up to the same figures, however they were cut."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import polars as pl

from provenance.jobs.gather import RunTables, scan_all
from provenance.jobs.sources.plan import Shard
from provenance.report import (
    EVIDENCE_TALLY,
    HISTOGRAM,
    ORIGIN_COUNTS,
    add_evidence,
    add_rows,
    count_origins,
    count_scores,
    pick_strongest,
    tally_evidence,
)

VALUE_COUNTS = pl.Schema({"counted": pl.String(), "value": pl.String(), "n": pl.Int64()})
STRONGEST = pl.Schema(
    {
        "doc_id": pl.String(),
        "origin": pl.String(),
        "url_host_name": pl.String(),
        "ai_llr": pl.Float64(),
        "mt_llr": pl.Float64(),
        "crawl": pl.String(),
        "shard": pl.String(),
        "row": pl.Int64(),  # of the shard's tables
    }
)
_PLACED = ("url_host_name", "ai_llr", "mt_llr", "crawl", "shard", "row")
_BY_VALUE = {  # what is counted by its values, and where it stands
    "kept": ("decisions", "kept"),
    "reason": ("decisions", "reason"),
    "origin": ("verdicts", "origin"),
    "kind": ("clusters", "kind"),
    "curated_language": ("curated", "language"),
    "curated_origin": ("curated", "origin"),
}


@dataclass(frozen=True, slots=True)
class Counts:
    """Small tables: values of columns (VALUE_COUNTS), and what the report shows of origins, scores and evidence.

    `strongest` are the documents that the report may show (STRONGEST).
    """

    values: pl.DataFrame
    origins: pl.DataFrame
    scores: pl.DataFrame
    evidence: pl.DataFrame
    strongest: pl.DataFrame

    def by_value(self, counted: str, *, null: str | None = None) -> dict[str, int]:
        """Documents by value, most frequent first; nulls are counted under the name `null`, or not at all."""
        own = self.values.filter(pl.col("counted") == counted).select("value", "n")
        own = own.drop_nulls("value") if null is None else own.with_columns(pl.col("value").fill_null(null))
        added = own.group_by("value").agg(pl.col("n").sum()).sort("n", "value", descending=[True, False])
        return dict(added.iter_rows())

    def total(self, counted: str) -> int:
        """A number that is no count by value."""
        return int(self.values.filter(pl.col("counted") == counted)["n"].sum())

    def to_json(self) -> str:
        """The tables as text."""
        return json.dumps({item.name: getattr(self, item.name).rows() for item in fields(self)}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Counts":
        """The tables of a text of `to_json`."""
        found = json.loads(text)
        return cls(**{name: pl.DataFrame(found[name], schema, orient="row") for name, schema in _SCHEMAS.items()})


_SCHEMAS = {
    "values": VALUE_COUNTS,
    "origins": ORIGIN_COUNTS,
    "scores": HISTOGRAM,
    "evidence": EVIDENCE_TALLY,
    "strongest": STRONGEST,
}


def count_shard(run: RunTables, shard: Shard) -> Counts:
    """The counts of a shard. Raises OSError and polars' errors where a table cannot be read."""
    names = ("doc_id", "crawl", "language", "url_host_name", "fetch_time", "n_words")
    judged = run.scan("verdicts", shard, ("origin", "ai_score", "mt_score", "ai_llr", "mt_llr"))
    documents = pl.concat([run.scan("documents", shard, names), judged], how="horizontal").collect().lazy()
    placed = documents.with_columns(crawl=pl.lit(shard.crawl), shard=pl.lit(shard.name)).with_row_index("row")
    return Counts(
        _count_values(run, shard),
        count_origins(documents).collect(),
        count_scores(documents).collect(),
        tally_evidence(run.scan("verdicts", shard, ("evidence",))).collect(),
        pick_strongest(placed, also=_PLACED).select(_typed(STRONGEST)).collect(),
    )


def add_up(parts: Iterable[Counts]) -> Counts:
    """The counts of several parts as those of one; parts in the order of their shards."""
    given = list(parts)

    def join(name: str) -> pl.LazyFrame:
        frames: list[pl.DataFrame] = [getattr(one, name) for one in given]
        return pl.concat([_SCHEMAS[name].to_frame(), *frames]).lazy()

    values = join("values").group_by("counted", "value").agg(pl.col("n").sum())
    return Counts(
        values.sort("counted", "value", nulls_last=True).collect(),
        add_rows(join("origins"), ORIGIN_COUNTS).collect(),
        add_rows(join("scores"), HISTOGRAM).collect(),
        add_evidence(join("evidence")).collect(),
        pick_strongest(join("strongest"), also=_PLACED).select(_typed(STRONGEST)).collect(),
    )


def _count_values(run: RunTables, shard: Shard) -> pl.DataFrame:
    part = RunTables(run.out, (shard,))
    counted = [_count(part, name, *where) for name, where in _BY_VALUE.items()]
    several = pl.col("parallelism")
    totals = [
        scan_all([part], "parallels", ("parallelism",)).select(parallel_2=several > 1, parallel_3=several > 2),
        scan_all([part], "curated", ("n_words",)).select(curated_words="n_words"),
    ]
    rows = [(name, None, int(n or 0)) for frame in totals for name, n in _sum(frame)]
    return pl.concat([*counted, pl.DataFrame(rows, VALUE_COUNTS, orient="row")])


def _count(part: RunTables, counted: str, table: str, column: str) -> pl.DataFrame:
    values = scan_all([part], table, (column,)).select(pl.col(column).cast(pl.String).alias("value"))
    rows = values.group_by("value").agg(n=pl.len().cast(pl.Int64))
    return rows.select(pl.lit(counted).alias("counted"), "value", "n").collect()


def _sum(frame: pl.LazyFrame) -> Sequence[tuple[str, int | None]]:
    return list(frame.sum().collect().row(0, named=True).items())


def _typed(schema: pl.Schema) -> list[pl.Expr]:
    return [pl.col(name).cast(dtype) for name, dtype in schema.items()]
