"""The records of a sample, fetched part by part, and the weights of those that came.

A part is some rows of a crawl in order of file and offset; its records, its rejects and the ids of its records appear
whole or not at all. Fetching again takes the parts that are missing, and those of which records were lost.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import polars as pl

from provenance import __version__
from provenance.archive.source import FetchOptions
from provenance.jobs.records.fetch import FetchReport, FetchRequest, fetch_rows
from provenance.jobs.sampling.options import Listener
from provenance.jobs.sampling.places import COMMON_CRAWL
from provenance.jobs.sampling.tables import FETCHED, WEIGHTS
from provenance.store import Place, exists, read_metadata, read_table, remove, write_table, write_text

PART_ROWS = 1000
FETCH_FILE = "fetch.json"
_ROWS = ["warc_filename", "warc_record_offset", "warc_record_length"]
_OF = "provenance:rows"  # of which rows a part is, in the metadata of its ids


@dataclass(frozen=True, slots=True)
class Kind:
    """The cross-section or the panel: how its folders are called, and which columns weigh it.

    Records that are lost are made up for by the others of the same crawl and `adjusted_in`.
    """

    warc_folder: str
    fetched_folder: str
    rejects_folder: str
    weights_file: str
    weight: str
    adjusted_in: str


KINDS = (
    Kind("warc", "fetched", "rejects", "weights.parquet", "weight", "stratum"),
    Kind("panel_warc", "panel_fetched", "panel_rejects", "panel_weights.parquet", "panel_weight", "url_host_name"),
)


@dataclass(slots=True)
class FetchSummary:
    """What became of the rows drawn: fetched and lost (by reason) together; `emptied` classes lost all their records.

    A class is a stratum, or a host of the panel. `bytes_read` are those of this call.
    """

    rows: int = 0
    fetched: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    emptied: int = 0
    parts_kept: int = 0
    bytes_read: int = 0
    examples: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, object]:
        """All counts by name."""
        return {
            "rows": self.rows,
            "fetched": self.fetched,
            "lost": dict(self.lost),
            "emptied": self.emptied,
            "parts_kept": self.parts_kept,
            "bytes_read": self.bytes_read,
            "examples": self.examples,
        }


@dataclass(frozen=True, slots=True)
class _Part:
    rows: pl.DataFrame
    name: str
    warc: Place
    ids: Place
    rejects: Place

    @property
    def digest(self) -> str:
        return sha256(self.rows.write_csv().encode()).hexdigest()


def fetch_sample(
    sample: pl.DataFrame, out: Place, base: str | None, network: FetchOptions, connections: int, tell: Listener
) -> FetchSummary:
    """Fetches what is not there, several parts at once, and writes the weights. Raises OutputError."""
    summary = FetchSummary()
    for kind in KINDS:
        rows = sample.drop_nulls(kind.weight)
        if rows.height:
            parts = list(_cut(rows, out, kind))
            opened = [part for part in parts if not _is_whole(part)]
            summary.parts_kept += len(parts) - len(opened)
            _fetch_parts(opened, base or COMMON_CRAWL, network, connections, summary, tell)
            _write_weights(rows, parts, out, kind, summary)
    write_text(out / FETCH_FILE, json.dumps(summary.to_json(), ensure_ascii=False, indent=1))
    return summary


def weigh(rows: pl.DataFrame, ids: pl.DataFrame, weight: str, adjusted_in: str) -> tuple[pl.DataFrame, int]:
    """The rows whose record came, with `doc_id` and a `weight` that makes up for those lost; classes that lost all.

    The weights of lost records go to the others of their class; those of a class that lost all go to the rest of the
    crawl (weighting classes: Särndal, Swensson and Wretman 1992, section 15.6). Sums of a crawl stay what they were.
    """
    both = ["crawl", adjusted_in]
    total = pl.col(weight).sum()
    joined = rows.join(ids, on=_ROWS[:2], how="left").with_columns(drawn=total.over(both), whole=total.over("crawl"))
    came = joined.filter(pl.col("doc_id").is_not_null())
    n_emptied = joined.select(both).n_unique() - came.select(both).n_unique()
    in_class = pl.col(weight) * pl.col("drawn") / total.over(both)
    adjusted = came.with_columns(in_class.alias("in_class"))
    adjusted = adjusted.with_columns(pl.col("in_class") * pl.col("whole") / pl.col("in_class").sum().over("crawl"))
    return adjusted.drop("weight", strict=False).rename({"in_class": "weight"}), n_emptied


def _cut(rows: pl.DataFrame, out: Place, kind: Kind) -> Iterator[_Part]:
    for (crawl,), of_crawl in sorted(rows.partition_by("crawl", as_dict=True).items()):
        ordered = of_crawl.select(_ROWS).sort(_ROWS[:2])
        for number, start in enumerate(range(0, ordered.height, PART_ROWS)):
            name, below = f"part-{number:05}", f"crawl={crawl}"
            yield _Part(
                ordered.slice(start, PART_ROWS),
                name,
                out / kind.warc_folder / below / f"{name}.warc.gz",
                out / kind.fetched_folder / below / f"{name}.parquet",
                out / kind.rejects_folder / below / f"{name}.parquet",
            )


def _is_whole(part: _Part) -> bool:
    """Whether these very rows were fetched before, and all came."""
    if not exists(part.ids) or read_metadata(part.ids).get(_OF) != part.digest:
        return False
    return read_table(part.ids, ["doc_id"]).height == part.rows.height and exists(part.warc)


def _fetch_parts(
    parts: list[_Part], base: str, network: FetchOptions, connections: int, summary: FetchSummary, tell: Listener
) -> None:
    with ThreadPoolExecutor(connections) as pool, tempfile.TemporaryDirectory() as scratch:
        begun = {pool.submit(_fetch_part, part, base, network, Path(scratch)): part for part in parts}
        try:
            for number, done in enumerate(as_completed(begun), 1):
                report, part = done.result(), begun[done]
                summary.lost.update(report.rejects)
                summary.bytes_read += report.bytes_read
                summary.examples += report.examples[: 20 - len(summary.examples)]
                tell("fetch", f"{part.warc.parent.name}/{part.name}", number, len(parts))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _fetch_part(part: _Part, base: str, network: FetchOptions, scratch: Path) -> FetchReport:
    remove([part.ids])
    rows = scratch / part.warc.parent.name / f"{part.name}.parquet"
    rows.parent.mkdir(exist_ok=True)
    part.rows.write_parquet(rows)
    found: list[tuple[str, int, str]] = []
    request = FetchRequest(rows, part.warc, base, part.rejects, network=network)
    report = fetch_rows(request, _ignore, lambda *record: found.append(record))
    ids = pl.DataFrame(found, schema=FETCHED.schema, orient="row")
    write_table(part.ids, ids, {"provenance:version": __version__, _OF: part.digest})
    return report


def _ignore(name: str, n_rows: int, n_fetched: int) -> None:
    """Of a sample's parts people are told, not of each archive."""


def _write_weights(rows: pl.DataFrame, parts: list[_Part], out: Place, kind: Kind, summary: FetchSummary) -> None:
    ids = pl.concat([read_table(part.ids) for part in parts])
    weighed, n_emptied = weigh(rows, ids, kind.weight, kind.adjusted_in)
    summary.rows += rows.height
    summary.fetched += weighed.height
    summary.emptied += n_emptied
    table = WEIGHTS.conform(weighed.unique("doc_id", keep="first", maintain_order=True))
    write_table(out / kind.weights_file, table, {"provenance:version": __version__})
