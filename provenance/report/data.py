"""What the report is made from: small tables and figures, already summed up, with the columns each must have.

Every field has a default, so that an empty run renders too. A section of the page appears when its table is not empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from provenance.report import schemas
from provenance.report.excerpt import Span


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence of a verdict, as in the verdicts table."""

    signal: str
    value: float | None
    nats: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A document shown with what speaks for its origin; spans are code points of `text`."""

    doc_id: str
    origin: str
    text: str
    url: str = ""
    crawl: str = ""
    language: str | None = None
    captured: str = ""  # capture time for people
    n_words: int = 0
    ai_score: float | None = None
    mt_score: float | None = None
    evidence: tuple[Evidence, ...] = ()
    spans: tuple[Span, ...] = ()
    warc_filename: str = ""
    warc_record_offset: int | None = None
    warc_record_length: int | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of a run that must add up: records = documents + rejects, documents = curated + left out."""

    shards: int = 0
    records: int = 0
    documents: int = 0
    rejects: int = 0
    curated: int = 0
    left_out: int = 0
    words: int = 0
    undetermined: int = 0
    n_bytes: int = 0
    n_bytes_skipped: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether nothing is unaccounted for."""
        return self.records == self.documents + self.rejects and self.documents == self.curated + self.left_out


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share from a sample of pairs, with its 95 % interval; null where the sample had none."""

    share: float | None = None
    low: float | None = None
    high: float | None = None
    n_pairs: int = 0


@dataclass(frozen=True, slots=True)
class CopySearchFigures:
    """What a run's search for copies says of itself; `largest` are size, share of all documents and how it begins."""

    crawls: str = ""
    n_removed: int = 0
    share_of_documents: float | None = None
    share_of_words: float | None = None
    precision: Estimate = Estimate()
    recall: Estimate = Estimate()
    largest: tuple[tuple[int, float, str], ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to show: nothing removed, no pair measured, no cluster, no warning."""
        return not (self.n_removed or self.precision.n_pairs or self.recall.n_pairs or self.largest or self.warnings)


def _empty(schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(schema=schema)


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything the page shows; `ratio` is the flat table of the ratio estimates (stats/ratio.parquet)."""

    title: str = "Where the text came from"
    crawls: tuple[str, ...] = ()
    version: str = ""
    config_digest: str = ""
    models_digest: str = ""
    seed: int | None = None
    estimand: str = ""
    totals: Totals = Totals()
    ratio: pl.DataFrame = field(default_factory=pl.DataFrame)
    origins: pl.DataFrame = field(default_factory=lambda: _empty(schemas.ORIGIN_COUNTS))
    scores: pl.DataFrame = field(default_factory=lambda: _empty(schemas.HISTOGRAM))
    evidence: pl.DataFrame = field(default_factory=lambda: _empty(schemas.EVIDENCE_COUNTS))
    rejects: pl.DataFrame = field(default_factory=lambda: _empty(schemas.REASON_COUNTS))
    left_out: pl.DataFrame = field(default_factory=lambda: _empty(schemas.REASON_COUNTS))
    duplicates: pl.DataFrame = field(default_factory=lambda: _empty(schemas.KIND_COUNTS))
    copies: tuple[CopySearchFigures, ...] = ()
    examples: tuple[Example, ...] = ()
    models: pl.DataFrame = field(default_factory=lambda: _empty(schemas.MODELS))
    shards: pl.DataFrame = field(default_factory=lambda: _empty(schemas.SHARDS))
    trend: pl.DataFrame = field(default_factory=lambda: _empty(schemas.TREND))
    controls: pl.DataFrame = field(default_factory=lambda: _empty(schemas.CONTROLS))
    sensitivity: pl.DataFrame = field(default_factory=lambda: _empty(schemas.SENSITIVITY))
    excess: pl.DataFrame = field(default_factory=lambda: _empty(schemas.EXCESS))
    drift: pl.DataFrame = field(default_factory=lambda: _empty(schemas.DRIFT))
    shift: pl.DataFrame = field(default_factory=lambda: _empty(schemas.SHIFT))
    errors: pl.DataFrame = field(default_factory=lambda: _empty(schemas.ERRORS))
    reliability: pl.DataFrame = field(default_factory=lambda: _empty(schemas.RELIABILITY))
    tables: str = ""  # the folder beside the page that holds every table and chart; empty where none was written
    notes: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)  # further lines of the method section, name to value
