"""Every table's columns: dtype, unit, meaning, range and what null means.

Names that Common Crawl's columnar index has are kept as they stand there.
Null means "could not be measured", never 0, NaN or -1.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
from polars.datatypes import DataType, DataTypeClass


@dataclass(frozen=True, slots=True)
class Column:
    """What one column of a table holds; `low` and `high` are inclusive bounds of its values."""

    dtype: DataType | DataTypeClass
    unit: str
    meaning: str
    low: float | None = None
    high: float | None = None
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A named set of columns in a fixed order."""

    name: str
    columns: Mapping[str, Column]

    @property
    def schema(self) -> pl.Schema:
        """Column names and dtypes in order."""
        return pl.Schema({name: column.dtype for name, column in self.columns.items()})

    def empty(self) -> pl.DataFrame:
        """No rows, all columns."""
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with exactly this table's columns, in order, cast without loss.

        Raises polars' own errors when a column is missing or a value does not fit: that is a bug, not bad input.
        """
        return frame.select(pl.col(name).cast(column.dtype) for name, column in self.columns.items())


_TEXT = pl.String()
_TIME = pl.Datetime("us", "UTC")
EVIDENCE_DTYPE = pl.List(pl.Struct({"signal": pl.String, "value": pl.Float64, "nats": pl.Float64, "detail": pl.String}))
HREFLANG_DTYPE = pl.List(pl.Struct({"lang": pl.String, "url": pl.String}))
LINKS_DTYPE = pl.List(pl.Struct({"url": pl.String, "text": pl.String, "rel": pl.String}))
ORIGINS = ("human", "ai_generated", "machine_translated", "undetermined")
GENRES = (
    "news", "blog", "howto", "technical", "government", "fiction", "essay", "encyclopaedic", "legal", "science", "qa",
    "review", "shop",
)  # fmt: skip
# Of language models that may have written a text, by who makes them; PaLM counts as gemini.
FAMILIES = ("gpt", "claude", "gemini", "llama", "mistral", "qwen", "deepseek", "other")
CLUSTER_KINDS = ("unique", "exact", "near", "contrast")


def _id() -> Column:
    return Column(_TEXT, "", "WARC-Record-ID; made from file and offset where missing or repeated", nullable=False)


MARKUP: Mapping[str, Column] = {
    "html_lang": Column(_TEXT, "BCP 47", "lang attribute of the html element, as written; null if absent"),
    "content_language": Column(_TEXT, "BCP 47", "Content-Language, from the HTTP header, else the meta tag"),
    "hreflang": Column(HREFLANG_DTYPE, "", "alternate versions the page declares (link rel=alternate hreflang)"),
    "generator": Column(_TEXT, "", "meta generator"),
    "canonical_url": Column(_TEXT, "", "link rel=canonical, resolved against the url"),
    "translation_marks": Column(pl.List(pl.String), "", "names of translation marks found in the page's markup"),
    "ai_disclosure_marks": Column(
        pl.List(pl.String),
        "",
        "AI-disclosure marks in headers, meta tags, attributes or JSON-LD, and links copied from chat models' answers, "
        "place:name=value",
    ),
}

DOCUMENTS = Table(
    "documents",
    {
        "doc_id": _id(),
        "url": Column(_TEXT, "", "WARC-Target-URI"),
        "url_host_name": Column(_TEXT, "", "host of the url, lower case"),
        "url_host_registered_domain": Column(_TEXT, "", "registered domain by the public suffix list"),
        "fetch_time": Column(_TIME, "UTC", "capture time by WARC-Date; null where it is no date"),
        "crawl": Column(_TEXT, "", "name of the crawl", nullable=False),
        "text": Column(_TEXT, "", "extracted main text", nullable=False),
        "language": Column(_TEXT, "ISO 639", "two letters where ISO 639-1 has them, else three; null if not told"),
        "language_score": Column(pl.Float64, "1", "probability the identifier gives its language", 0.0, 1.0),
        "n_chars": Column(pl.Int64, "characters", "code points of the text", 0, nullable=False),
        "n_words": Column(pl.Int64, "words", "words of the text; a Han or kana character is one", 0, nullable=False),
        "content_digest": Column(_TEXT, "", "WARC-Payload-Digest, as written"),
        "digest_check": Column(
            _TEXT,
            "",
            "match or mismatch of the record's digests with its bytes, uncheckable where it was read in part only or "
            "the algorithm is unknown; null where it has none or they were not checked (--check-digests)",
        ),
        "warc_filename": Column(_TEXT, "", "path inside the crawl, else the shard's file name", nullable=False),
        "warc_record_offset": Column(pl.Int64, "bytes", "first byte of the record in the shard as stored", 0),
        "warc_record_length": Column(pl.Int64, "bytes", "stored length; null where records share a member", 0),
        "fetch_status": Column(pl.Int32, "", "HTTP status; null for records without HTTP headers"),
        "content_mime_type": Column(_TEXT, "", "media type that decided the extraction"),
        "content_charset": Column(_TEXT, "", "charset the bytes were decoded with"),
        "content_truncated": Column(_TEXT, "", "why the payload is cut (length, disconnect, ...); null if whole"),
        **MARKUP,
    },
)

SIGNATURES = Table(
    "signatures",
    {
        "doc_id": _id(),
        "signature": Column(pl.List(pl.UInt32), "", "MinHash values; null for texts shorter than a shingle"),
        "exact_hash": Column(pl.Binary(), "", "BLAKE2b, 16 bytes, of the text with white space folded", nullable=False),
    },
)

CLUSTERS = Table(
    "clusters",
    {
        "doc_id": _id(),
        "cluster_id": Column(_TEXT, "", "doc_id of the cluster's representative", nullable=False),
        "representative": Column(pl.Boolean(), "", "stays: the earliest capture, and every contrast", nullable=False),
        "kind": Column(_TEXT, "", "unique, exact, near or contrast", nullable=False),
        "similarity": Column(pl.Float64, "Jaccard", "to the representative; estimated from signatures", 0.0, 1.0),
        "first_seen": Column(_TIME, "UTC", "earliest capture of the cluster; null where none has a date"),
        "contrast": Column(_TEXT, "", "the flip between representative and document, a near copy but for it"),
        "boilerplate_share": Column(
            pl.Float64,
            "1",
            "characters in lines of 5 words and more that 3 different texts of the host have, of all; null without one",
            0.0,
            1.0,
        ),
        "boilerplate_lines": Column(pl.List(pl.Int32), "", "numbers of those lines, from 0; null as before"),
    },
)

ALTERNATES_DTYPE = pl.List(pl.Struct({"language": pl.String, "address": pl.UInt64}))

ANCHORS = Table(
    "anchors",
    {
        "doc_id": _id(),
        "site": Column(_TEXT, "", "registered domain, blogs of a shared host apart; the host where it has none"),
        "address": Column(
            pl.UInt64(), "", "hash of the url without scheme, www, fragment and tracking; null without one"
        ),
        "page_key": Column(pl.UInt64(), "", "hash of site and address with the language removed"),
        "url_language": Column(_TEXT, "ISO 639", "language the url told; null if it told none"),
        "is_root": Column(pl.Boolean(), "", "the url has nothing but a language behind its host"),
        "alternates": Column(
            ALTERNATES_DTYPE,
            "",
            "hreflang links to other pages than roots; language null for x-default",
            nullable=False,
        ),
        "lists_itself": Column(pl.Boolean(), "", "one of its hreflang links is its own address", nullable=False),
        "language": Column(_TEXT, "ISO 639", "language of the text where its score is 0.5 and more"),
        "html_language": Column(_TEXT, "ISO 639", "language of the html element"),
        "piece_languages": Column(
            pl.List(pl.String), "ISO 639", "of pieces of the text, its beginning excluded", nullable=False
        ),
        "translated_from": Column(_TEXT, "ISO 639", "source language the markup declares; und if it says none"),
        "fetch_time": Column(_TIME, "UTC", "as in documents"),
        "n_chars": Column(pl.Int64, "characters", "as in documents", 0, nullable=False),
        "anchors": Column(
            pl.List(pl.UInt32),
            "",
            "hashes of what stays the same in translation, the least 96 of them, ascending; odd ones are of the text "
            "(numbers, names), even ones of the page (images, links to other sites)",
            nullable=False,
        ),
        "n_anchors": Column(pl.Int64, "anchors", "how many different ones there are", 0, nullable=False),
        "outline": Column(
            pl.List(pl.UInt16), "characters", "lengths of the text's first 32 lines that are not empty", nullable=False
        ),
    },
)

PARALLELS = Table(
    "parallels",
    {
        "doc_id": _id(),
        "parallel_id": Column(_TEXT, "", "doc_id of the first version of the page; its own where it stands alone"),
        "parallelism": Column(
            pl.Int64,
            "languages",
            "in which the page exists whole, captured or declared; 1 alone; null where there is nothing to tell by",
            1,
        ),
        "n_captured": Column(pl.Int64, "languages", "of those: captured in this run, and found to be the same page", 1),
        "languages": Column(pl.List(pl.String), "ISO 639", "those languages, in order; null as parallelism"),
        "partial_languages": Column(pl.List(pl.String), "ISO 639", "captured ones that have a part of the page only"),
        "how": Column(
            pl.List(pl.String), "", "what joined it: hreflang, url, anchors; declared where versions are not captured"
        ),
        "similarity": Column(
            pl.Float64, "1", "anchors shared with the version it was joined to, of the fewer; null without", 0.0, 1.0
        ),
        "coverage": Column(
            pl.Float64, "1", "length in its own language, of that of the original or the usual version", 0.0, 1.0
        ),
        "original": Column(pl.Boolean(), "", "this version is the original; null where that is not told"),
        "original_language": Column(_TEXT, "ISO 639", "language of the original; null where it is not told"),
        "original_certainty": Column(
            pl.Float64, "1", "of that, by hand-set weights: an order, no probability", 0.0, 1.0
        ),
        "original_why": Column(_TEXT, "", "what spoke for and against, for people"),
    },
)

VERDICTS = Table(
    "verdicts",
    {
        "doc_id": _id(),
        "ai_score": Column(pl.Float64, "probability", "AI-generated; null where not measurable", 0.0, 1.0),
        "mt_score": Column(pl.Float64, "probability", "machine-translated; null where not measurable", 0.0, 1.0),
        "ai_llr": Column(
            pl.Float64, "nats", "sum of the evidence of text and page for AI-generated, its date left out; for ranking"
        ),
        "mt_llr": Column(pl.Float64, "nats", "sum of the evidence for machine-translated; for ranking"),
        "origin": Column(_TEXT, "", "human, ai_generated, machine_translated or undetermined", nullable=False),
        "first_seen": Column(_TIME, "UTC", "earliest capture of this text in the run, or in the index of --seen"),
        "evidence": Column(EVIDENCE_DTYPE, "", "what spoke for or against, strongest first", nullable=False),
    },
)

DECISIONS = Table(
    "decisions",
    {
        "doc_id": _id(),
        "kept": Column(pl.Boolean(), "", "in the curated subset", nullable=False),
        "reason": Column(_TEXT, "", "the first rule that left the document out; null if kept"),
        "weight": Column(pl.Float64, "1", "sampling weight of a kept document; null if left out", 0.0),
    },
)

CURATED = Table(
    "curated",
    {
        **DOCUMENTS.columns,
        **{name: VERDICTS.columns[name] for name in ("ai_score", "mt_score", "origin", "first_seen")},
        "weight": DECISIONS.columns["weight"],
    },
)

REJECTS = Table(
    "rejects",
    {
        "warc_filename": Column(_TEXT, "", "as in documents", nullable=False),
        "warc_record_offset": Column(pl.Int64, "bytes", "as in documents; null if unknown", 0),
        "stage": Column(_TEXT, "", "archive or extract", nullable=False),
        "reason": Column(_TEXT, "", "one of the closed set of reasons", nullable=False),
        "detail": Column(_TEXT, "", "what was seen, for people", nullable=False),
    },
)

MARKUP_TABLE = Table(
    "markup",
    {
        "doc_id": Column(_TEXT, "", "WARC-Record-ID of the page that a WAT record tells of; null if it does not say"),
        **{name: DOCUMENTS.columns[name] for name in ("url", "url_host_name", "url_host_registered_domain")},
        **{name: DOCUMENTS.columns[name] for name in ("fetch_time", "crawl", "fetch_status")},
        "content_mime_type": Column(_TEXT, "", "media type by the HTTP header, else as the crawler found it"),
        "title": Column(_TEXT, "", "title element"),
        **MARKUP,
        "n_links": Column(pl.Int64, "links", "hyperlinks of the page (a and area elements); null if it is not HTML", 0),
        "n_links_external": Column(pl.Int64, "links", "of its first 10,000: those to another registered domain", 0),
        "links": Column(LINKS_DTYPE, "", "the first 200 hyperlinks, resolved against the url; text as cut by the WAT"),
        "warc_filename": DOCUMENTS.columns["warc_filename"],
        "warc_record_offset": Column(pl.Int64, "bytes", "first byte of the WAT record in the shard as stored", 0),
        "warc_record_length": DOCUMENTS.columns["warc_record_length"],
    },
)

SEEN = Table(
    "seen",
    {
        **{name: DOCUMENTS.columns[name] for name in ("doc_id", "url", "fetch_time")},
        "first_seen": Column(_TIME, "UTC", "earliest capture the index knows of this text, or of a near copy of it"),
        "seen_kind": Column(_TEXT, "", "exact: the same text; near: a near copy, captured earlier than any exact one"),
        "seen_similarity": Column(
            pl.Float64, "Jaccard", "of the near copy, estimated from 4 bits a value; 1 for an equal text", 0.0, 1.0
        ),
        "seen_crawl": Column(_TEXT, "", "crawl of that capture"),
        "seen_url": Column(_TEXT, "", "its WARC-Target-URI"),
        "seen_warc_filename": Column(_TEXT, "", "its archive, as in documents"),
        "seen_warc_record_offset": Column(pl.Int64, "bytes", "its first byte in that archive", 0),
    },
)

WORDINGS = Table(
    "wordings",
    {
        "language": Column(_TEXT, "ISO 639", "as in documents", nullable=False),
        "month": Column(_TEXT, "YYYY-MM", "of capture; null where it is not known"),
        "word": Column(
            _TEXT,
            "",
            "lower-cased run of letters, or a pair of neighbours in a script without spaces; null where all documents "
            "of the language and month are counted",
        ),
        "n_documents": Column(
            pl.Int64,
            "documents",
            "with the word among their first 200; one of each host, no copies, none under 80 words; words in fewer "
            "than 1 of 500 of the documents counted are left out",
            1,
            nullable=False,
        ),
    },
)

TABLES = (
    DOCUMENTS,
    SIGNATURES,
    ANCHORS,
    CLUSTERS,
    PARALLELS,
    VERDICTS,
    DECISIONS,
    CURATED,
    REJECTS,
    MARKUP_TABLE,
    SEEN,
    WORDINGS,
)
