"""Rows that say where records lie, of any size: Common Crawl's columnar index, its CDX API, our own documents tables.

Only what is needed of a row is held, about 30 bytes: millions of them fit, and are given file by file.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import polars as pl

from provenance.archive.fetch import RecordPlace
from provenance.errors import ConfigError
from provenance.jobs.sources.places import STDIN

NAMES = ("warc_filename", "filename")
OFFSETS = ("warc_record_offset", "offset")
LENGTHS = ("warc_record_length", "length")
IDS = ("doc_id", "warc_record_id")
URLS = ("url",)
_PLAIN = "/:@!$&'()*+,;=~-._"  # what a path may hold unescaped (RFC 3986, 3.3)


class IndexRows:
    """The rows of a .parquet, .csv or .jsonl file (.gz and .zst too), or of all Parquet files of a folder.

    `n_rows` counts them all, `n_repeated` those that name a record another row has named. Raises ConfigError for a
    file that cannot be read or lacks columns.
    """

    def __init__(self, path: Path) -> None:
        try:
            rows = _select(path, _scan(path)).collect(engine="streaming")
        except (pl.exceptions.PolarsError, OSError) as error:
            raise ConfigError(f"{path}: cannot be read: {error}") from error
        self.n_rows = rows.height
        self._unusable = rows.filter(pl.col("wrong").is_not_null())
        places = rows.filter(pl.col("wrong").is_null()).drop("wrong")
        self._places = _without_repeats(places)
        self.n_repeated = places.height - self._places.height

    def unusable(self) -> Iterator[tuple[str, int | None, str]]:
        """File name, offset and what is wrong with it, for each row that names no place."""
        for name, offset, wrong in self._unusable.select("name", "offset", "wrong").iter_rows():
            yield name or "", offset, wrong

    def by_file(self) -> Iterator[tuple[str, list[RecordPlace]]]:
        """Each file's name with its places in order of offset; files by name."""
        start = 0
        for run in self._places["name"].rle().to_list() if self._places.height else ():
            part = self._places.slice(start, run["len"]).select("offset", "length", "record_id", "url")
            start += run["len"]
            yield run["value"], [RecordPlace(*row) for row in part.iter_rows()]


def join_place(base: str | None, name: str) -> str:
    """The place of a file named in a row: under `base`, or as it is. Raises ValueError for a name that leaves it."""
    if name == STDIN:
        raise ValueError("is standard input, which has no offsets")
    if base is None:
        return name
    if "://" in name or name.startswith("/") or ".." in name.split("/"):
        raise ValueError("leads out of --base; leave --base out if it is a place of its own")
    remote = base.startswith(("http://", "https://"))
    return f"{base.rstrip('/')}/{quote(name, safe=_PLAIN) if remote else name}"


def _scan(path: Path) -> pl.LazyFrame:
    kind = path.suffixes[-2:-1] if path.suffix in (".gz", ".zst") else path.suffixes[-1:]
    if path.is_dir():
        found = sorted(path.rglob("*.parquet"))
        if not found:
            raise ConfigError(f"{path}: no Parquet file in this folder")
        return pl.scan_parquet(found, hive_partitioning=False, glob=False)
    match kind:
        case [".parquet"]:
            return pl.scan_parquet(path, hive_partitioning=False, glob=False)
        case [".csv"]:
            return pl.scan_csv(path, infer_schema=False, glob=False)
        case [".jsonl" | ".ndjson"]:
            return pl.scan_ndjson(path, infer_schema_length=10_000)
        case _:
            raise ConfigError(f"{path}: rows are read from .parquet, .csv and .jsonl (.gz, .zst), or a folder")


def _select(path: Path, rows: pl.LazyFrame) -> pl.LazyFrame:
    known = rows.collect_schema().names()
    name, offset = _find(path, known, NAMES), _find(path, known, OFFSETS)
    length, identity, url = (next((c for c in names if c in known), None) for names in (LENGTHS, IDS, URLS))
    shared = _number(length).is_null()  # only then is more needed to find the record
    return rows.with_row_index("row", offset=1).select(
        name=pl.col(name).cast(pl.String).cast(pl.Categorical),
        offset=_number(offset),
        length=_number(length),
        record_id=pl.when(shared).then(_text(identity)),
        url=pl.when(shared).then(_text(url)),
        wrong=_find_wrong(name, offset, length),
    )


def _without_repeats(places: pl.DataFrame) -> pl.DataFrame:
    """Places by file and offset, each once; those of one offset stay in their order, in which they are read."""
    shared = pl.col("length").is_null()
    same = ["name", "offset", "record_id", "url"]
    rare = places.filter(shared).unique(same, keep="first", maintain_order=True)
    ordered = pl.concat([places.filter(~shared), rare]).sort("name", "offset", maintain_order=True)
    again = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift()) for name in same)
    return ordered.filter(~again)  # a hash of all rows would take twice the memory


def _find(path: Path, known: list[str], names: tuple[str, ...]) -> str:
    found = next((name for name in names if name in known), None)
    if found is None:
        raise ConfigError(f"{path}: no column {' or '.join(names)}; there are {', '.join(known)[:200]}")
    return found


def _find_wrong(name: str, offset: str, length: str | None) -> pl.Expr:
    """What keeps a row from naming a place, in words; null where nothing does."""
    told = pl.format("row {}: ", pl.col("row"))
    no_length = _number(length).is_null() & _text(length).is_not_null() & (_text(length) != "NaN")
    return (
        pl.when(pl.col(name).cast(pl.String).fill_null("") == "")
        .then(told + pl.lit("no file name"))
        .when(_number(offset).is_null() | (_number(offset) < 0))
        .then(told + pl.format("the offset {} is none", _text(offset).fill_null("null")))
        .when(no_length | (_number(length) < 1))
        .then(told + pl.format("the length {} is none", _text(length)))
    )


def _number(column: str | None) -> pl.Expr:
    return pl.lit(None, pl.Int64) if column is None else pl.col(column).cast(pl.Int64, strict=False)


def _text(column: str | None) -> pl.Expr:
    return pl.lit(None, pl.String) if column is None else pl.col(column).cast(pl.String)
