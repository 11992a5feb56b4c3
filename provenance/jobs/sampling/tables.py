"""The tables of a sample's folder, column by column. Names that the index has are kept as they stand there."""

import polars as pl

from provenance.schema import Column, Table

_TEXT, _TIME = pl.String(), pl.Datetime("us", "UTC")

_INDEX = {
    "url_host_name": Column(_TEXT, "", "host of the capture, from the index", nullable=False),
    "fetch_time": Column(_TIME, "UTC", "time of the capture, from the index"),
    "content_languages": Column(_TEXT, "ISO 639-3", "languages of the page, the most of it first, from the index"),
    "content_mime_detected": Column(_TEXT, "", "media type found in the bytes, from the index"),
    "warc_filename": Column(_TEXT, "", "archive of the record, below the root of the collection", nullable=False),
    "warc_record_offset": Column(pl.Int64, "bytes", "first byte of the record", 0, nullable=False),
    "warc_record_length": Column(pl.Int64, "bytes", "stored length of the record", 1),
}
_LABEL = {
    "language": Column(_TEXT, "ISO 639", "first of content_languages as documents have it; empty if not told"),
    "tld": Column(_TEXT, "", "top-level domain of the host, from the index; empty if it has none"),
    "month": Column(_TEXT, "YYYY-MM", "of the capture, UTC; empty if not told"),
}
SAMPLE = Table(
    "sample",
    {
        "crawl": Column(_TEXT, "", "name of the crawl", nullable=False),
        "stratum": Column(_TEXT, "", "in which it was drawn, see strata; null where it is of the panel alone"),
        **_LABEL,
        **_INDEX,
        "host_captures": Column(pl.Int64, "captures", "of the host in the stratum", 1),
        "host_rank": Column(pl.Int64, "", "of the captures drawn of the host in the stratum, from 1", 1),
        "host_held": Column(pl.Boolean, "", "the host is at its cap, and so a group of its own"),
        "group_captures": Column(pl.Int64, "captures", "among which it was drawn", 1),
        "group_drawn": Column(pl.Int64, "captures", "drawn of these", 1),
        "inclusion_probability": Column(pl.Float64, "1", "group_drawn / group_captures", 0.0, 1.0),
        "weight": Column(pl.Float64, "captures", "that it stands for: 1 / inclusion_probability", 1.0),
        "panel": Column(pl.Boolean, "", "the host is of the panel, and the capture was chosen for it", nullable=False),
        "panel_probability": Column(pl.Float64, "1", "that host and capture were chosen for the panel", 0.0, 1.0),
        "panel_weight": Column(pl.Float64, "captures", "that it stands for in the panel", 1.0),
    },
)
STRATA = Table(
    "strata",
    {
        "crawl": Column(_TEXT, "", "name of the crawl", nullable=False),
        "stratum": Column(_TEXT, "", "its values with slashes between; * where values are pooled", nullable=False),
        **{name: Column(_TEXT, "", f"{name} of the stratum; null if not asked for by --by") for name in _LABEL},
        "n_captures": Column(pl.Int64, "captures", "in it", 1, nullable=False),
        "n_hosts": Column(pl.Int64, "hosts", "with captures in it", 1, nullable=False),
        "n_capped": Column(pl.Int64, "captures", "that may be drawn with --per-host", 1, nullable=False),
        "n_held": Column(
            pl.Int64, "hosts", "that would give more than their cap, and give just that", 0, nullable=False
        ),
        "quota": Column(pl.Int64, "documents", "to be drawn", 1, nullable=False),
        "n_drawn": Column(pl.Int64, "documents", "drawn", 1, nullable=False),
        "weight": Column(pl.Float64, "captures", "sum of the weights of those drawn", 1.0, nullable=False),
    },
)
PANEL = Table(
    "panel",
    {
        "url_host_name": Column(_TEXT, "", "a host of the panel", nullable=False),
        "inclusion_probability": Column(pl.Float64, "1", "with which it came into the panel", 0.0, 1.0, nullable=False),
        "n_crawls": Column(pl.Int64, "crawls", "of this sample in which it has captures", 0, nullable=False),
    },
)
FETCHED = Table(
    "fetched",
    {
        "warc_filename": Column(_TEXT, "", "as in sample", nullable=False),
        "warc_record_offset": Column(pl.Int64, "bytes", "as in sample", 0, nullable=False),
        "doc_id": Column(_TEXT, "", "WARC-Record-ID of the record fetched, as documents have it", nullable=False),
    },
)
WEIGHTS = Table(
    "weights",
    {
        "doc_id": Column(_TEXT, "", "as documents have it", nullable=False),
        "weight": Column(pl.Float64, "captures", "that it stands for, those of lost records shared out", 0.0),
        "crawl": Column(_TEXT, "", "as in sample", nullable=False),
        "stratum": Column(_TEXT, "", "as in sample"),
        **_LABEL,
        "url_host_name": Column(_TEXT, "", "as in sample", nullable=False),
        "panel": Column(pl.Boolean, "", "as in sample", nullable=False),
        "warc_filename": Column(_TEXT, "", "as in sample", nullable=False),
        "warc_record_offset": Column(pl.Int64, "bytes", "as in sample", 0, nullable=False),
    },
)
