"""A crawl's columnar index with Common Crawl's schema, made quickly: hosts of very unequal size, sorted by SURT.

Source of the schema: github.com/commoncrawl/cc-index-table, src/main/resources/schema/cc-index-schema-flat.json; texts
but for what is named here. Partitions (crawl, subset) are in the path.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

NAMES = (
    "url_surtkey", "url", "url_host_name", "url_host_tld", "url_host_2nd_last_part", "url_host_3rd_last_part",
    "url_host_4th_last_part", "url_host_5th_last_part", "url_host_registry_suffix", "url_host_registered_domain",
    "url_host_private_suffix", "url_host_private_domain", "url_host_name_reversed", "url_protocol", "url_port",
    "url_path", "url_query", "fetch_time", "fetch_status", "fetch_redirect", "content_digest", "content_mime_type",
    "content_mime_detected", "content_charset", "content_languages", "content_truncated", "warc_filename",
    "warc_record_offset", "warc_record_length", "warc_segment",
)  # fmt: skip
TYPES = {
    "url_port": pa.int32(),
    "fetch_time": pa.timestamp("ms", tz="UTC"),
    "fetch_status": pa.int16(),
    "warc_record_offset": pa.int32(),
    "warc_record_length": pa.int32(),
}
SCHEMA = pa.schema([(name, TYPES.get(name, pa.string())) for name in NAMES])
TLDS = {"com": 0.55, "de": 0.12, "org": 0.1, "fr": 0.08, "ru": 0.07, "jp": 0.05, "is": 0.03}
LANGUAGES = {"eng": 0.5, "deu": 0.15, "fra": 0.12, "rus": 0.12, "jpn": 0.08, "isl": 0.01, "gsw": 0.02}
MIME = {"text/html": 0.93, "application/xhtml+xml": 0.04, "application/pdf": 0.02, None: 0.01}
FIRST = datetime(2024, 2, 20, tzinfo=UTC)
DAYS = 15  # so that a crawl has two months


@dataclass(frozen=True)
class IndexShape:
    """`alpha` is of the Pareto law of the captures of a host; the smaller, the more unequal."""

    rows: int
    files: int = 1
    group_rows: int = 500_000
    alpha: float = 1.1
    largest: int = 20_000
    seed: int = 1
    crawl: str = "CC-MAIN-2024-10"


def write_index(root: Path, shape: IndexShape) -> Path:
    """Writes the files below `root` as Common Crawl lays them; gives the folder of the crawl."""
    rng = np.random.default_rng(shape.seed)
    hosts = make_hosts(rng, shape)
    folder = root / f"cc-index/table/cc-main/warc/crawl={shape.crawl}/subset=warc"
    folder.mkdir(parents=True)
    owner = np.repeat(np.arange(hosts.height, dtype=np.uint32), hosts["captures"].to_numpy())
    for number, part in enumerate(np.array_split(owner, shape.files)):
        table = make_rows(rng, hosts, part, number, shape).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(SCHEMA)
        path = folder / f"part-{number:05}-c000.gz.parquet"
        pq.write_table(table, path, row_group_size=shape.group_rows, compression="zstd", compression_level=1)
    return folder.parent


def make_hosts(rng: np.random.Generator, shape: IndexShape) -> pl.DataFrame:
    """Hosts in order of their SURT with their captures, which add up to the rows."""
    draws = np.minimum((rng.pareto(shape.alpha, shape.rows) * 3 + 1).astype(np.int64), shape.largest)
    captures = draws[: int(np.searchsorted(np.cumsum(draws), shape.rows)) + 1]
    captures[-1] -= captures.sum() - shape.rows
    n = len(captures)
    tld = pick(rng, TLDS, n)
    domain = [f"site{number:07}" for number in rng.permutation(n).tolist()]
    frame = pl.DataFrame({"url_host_tld": tld, "url_host_2nd_last_part": domain, "captures": captures})
    names = ("url_host_2nd_last_part", "url_host_tld")
    return frame.sort("url_host_tld", "url_host_2nd_last_part").with_columns(
        url_host_name=pl.format("www.{}.{}", *names),
        url_host_registered_domain=pl.format("{}.{}", *names),
        surt=pl.format("{},{},www)", "url_host_tld", "url_host_2nd_last_part"),
        secure=rng.random(n) < 0.8,
        main=pick(rng, LANGUAGES, n),
    )


def pick(rng: np.random.Generator, chances: Mapping[str | None, float], n: int) -> pl.Series:
    """`n` of the values, each with its chance."""
    edges = np.cumsum(list(chances.values()))[:-1]
    return pl.Series(list(chances), dtype=pl.String)[np.searchsorted(edges, rng.random(n))]


def make_rows(
    rng: np.random.Generator, hosts: pl.DataFrame, owner: np.ndarray, number: int, shape: IndexShape
) -> pl.DataFrame:
    """The rows of a file; the captures of a host speak its language but for a tenth, and share its protocol."""
    n = len(owner)
    frame = hosts[owner].with_columns(
        path=pl.format("/page/{}", pl.Series(np.arange(n))),
        language=pl.when(pl.Series(rng.random(n) < 0.9)).then("main").otherwise(pick(rng, LANGUAGES, n)),
        more=pl.Series(rng.random(n) < 0.2),
        archive=pl.Series(rng.integers(0, 90 * max(1, shape.rows // 100_000), n)),
    )
    scheme = pl.when("secure").then(pl.lit("https")).otherwise(pl.lit("http"))
    made = frame.select(
        "url_host_name",
        "url_host_tld",
        "url_host_2nd_last_part",
        "url_host_registered_domain",
        url_surtkey=pl.col("surt") + pl.col("path"),
        url=pl.format("{}://{}{}", scheme, "url_host_name", "path"),
        url_protocol=scheme,
        url_path="path",
        fetch_time=pl.Series(rng.integers(0, DAYS * 86_400_000, n)).cast(pl.Duration("ms")) + FIRST,
        fetch_status=pl.Series(np.where(rng.random(n) < 0.98, 200, 206), dtype=pl.Int16),
        content_mime_detected=pick(rng, MIME, n),
        content_languages=pl.when("more").then(pl.col("language") + ",eng").otherwise("language"),
        warc_filename=pl.format("crawl-data/{}/segments/1/warc/{}.warc.gz", pl.lit(shape.crawl), "archive"),
        warc_record_offset=pl.Series(number * (2_000_000_000 // shape.files) + np.arange(n) * 7, dtype=pl.Int32),
        warc_record_length=pl.Series(rng.integers(500, 60_000, n), dtype=pl.Int32),
        warc_segment=pl.lit("1"),
    )  # fmt: skip
    absent = {name: pl.lit(None) for name in NAMES if name not in made.columns}
    return made.with_columns(**absent).select(NAMES)
