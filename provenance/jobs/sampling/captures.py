"""Which rows of the index are drawn from, and in which stratum they are. Every column that is read is named here.

Source of the schema: github.com/commoncrawl/cc-index-table, cc-index-schema-flat.json.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from provenance.sampling.hashing import Ints
from provenance.sampling.languages import find_language
from provenance.sampling.strata import VARIABLES, Label

HOST, STATUS, MEDIA_TYPE = "url_host_name", "fetch_status", "content_mime_detected"
SOURCES: Mapping[str, str] = {"language": "content_languages", "tld": "url_host_tld", "month": "fetch_time"}
FILE, OFFSET, LENGTH = "warc_filename", "warc_record_offset", "warc_record_length"
PLACE = (FILE, OFFSET)
HTML = ("text/html", "application/xhtml+xml")
OPTIONAL = ("url", "url_host_registered_domain", "url_protocol", "url_path", "content_digest", "content_mime_type",
            "content_charset", "content_truncated", "warc_segment")  # fmt: skip
REASONS = ("subset", "fetch_status", "media_type", "no_host")


def counted_columns(by: Sequence[str]) -> tuple[str, ...]:
    """What is read of every row."""
    return (HOST, STATUS, MEDIA_TYPE, *(SOURCES[variable] for variable in VARIABLES if variable in by))


def leave_out(rows: pl.DataFrame, left_out: Counter[str]) -> pl.DataFrame:
    """The successful captures of pages among the rows; the others are counted, each by the first reason that holds."""
    reason = (
        pl.when((pl.col(STATUS) != 200).fill_null(True))
        .then(pl.lit("fetch_status"))
        .when(~pl.col(MEDIA_TYPE).cast(pl.String).is_in(HTML).fill_null(False))
        .then(pl.lit("media_type"))
        .when(pl.col(HOST).cast(pl.String).fill_null("") == "")
        .then(pl.lit("no_host"))
        .alias("reason")
    )
    told = rows.with_columns(reason)
    for name, n in told.drop_nulls("reason").group_by("reason").len().iter_rows():
        left_out[name] += n
    return told.filter(pl.col("reason").is_null()).drop("reason", STATUS, MEDIA_TYPE)


def with_plain_sources(captures: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Host and sources of the strata as they are grouped: texts, and the month as a number."""
    month = [pl.col("fetch_time").dt.year() * 100 + pl.col("fetch_time").dt.month()] if "month" in by else []
    texts = [name for name in (HOST, *(SOURCES[one] for one in by)) if name != "fetch_time"]
    return captures.with_columns(*(pl.col(name).cast(pl.String) for name in texts), *month)


class StrataNames:
    """Labels of captures and a number for each, given as they come."""

    def __init__(self, by: Sequence[str]) -> None:
        self.by = tuple(by)
        self.labels: list[Label] = []
        self._numbers: dict[Label, int] = {}
        self._known: dict[tuple[object, ...], int] = {}

    def number(self, captures: pl.DataFrame) -> Ints:
        """The number of each capture's label; the columns are those of `with_plain_sources`."""
        if not self.by:
            self._give(())
            return np.zeros(captures.height, np.int64)
        columns = [SOURCES[variable] for variable in self.by]
        distinct = captures.select(columns).unique()
        numbers = [self._find(values) for values in distinct.iter_rows()]
        keyed = distinct.with_columns(pl.Series("number", numbers, pl.Int64))
        found = captures.select(columns).join(keyed, on=columns, how="left", nulls_equal=True, maintain_order="left")
        return found["number"].to_numpy()

    def _find(self, values: tuple[object, ...]) -> int:
        if values not in self._known:
            self._known[values] = self._give(tuple(map(_tell, self.by, values)))
        return self._known[values]

    def _give(self, label: Label) -> int:
        if label not in self._numbers:
            self._numbers[label] = len(self.labels)
            self.labels.append(label)
        return self._numbers[label]


def _tell(variable: str, value: object) -> str:
    """A label's value: language as documents have it, month as YYYY-MM, empty where the index tells none."""
    if value is None:
        return ""
    if variable == "language":
        return find_language(str(value))
    return f"{int(str(value)) // 100:04}-{int(str(value)) % 100:02}" if variable == "month" else str(value)
