"""Error counts: by language and group, of documents with a score only."""

import polars as pl

from provenance.models.calibration import ErrorCount
from provenance.train.error_counts import count_errors

ROWS = [
    *[("human", "en", "web", 0.1)] * 18,
    *[("human", "en", "web", 0.9)] * 2,
    *[("ai", "en", "gpt", 0.5)] * 20,
    *[("ai", "en", "gpt", 0.4)] * 5,
    *[("ai", "en", "rare", 0.9)] * 3,
    *[("human", "de", "web", None)] * 30,
    *[("mt", "en", "web", 0.9)] * 30,
]
SCORED = pl.DataFrame(ROWS, schema=["label", "lang", "group", "ai_score"], orient="row")


def test_both_errors_are_counted_by_group() -> None:
    assert count_errors(SCORED, "ai") == (
        ErrorCount("en", "(small groups)", 0, 0, 3, 3),
        ErrorCount("en", "gpt", 0, 0, 25, 20),
        ErrorCount("en", "web", 20, 2, 0, 0),
    )


def test_no_scored_document_gives_no_counts() -> None:
    assert count_errors(SCORED.filter(pl.col("lang") == "de"), "ai") == ()
