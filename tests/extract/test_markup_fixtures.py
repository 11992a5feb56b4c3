"""Every page of fixtures/markup, through the real extraction and the signal: the right marks, the right value."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from provenance.extract import ExtractOptions, LanguageIdentifier, extract_batches
from provenance.models import find_model, load_models
from provenance.signals.mark_worth import EDITABLE, FROM, NO_EVIDENCE, PLUGINS, SAVED
from provenance.signals.markup import TranslationMarkup
from tests.extract.pages import record

PAGES = Path(__file__).parents[2] / "fixtures" / "markup"
EXPECTED: list[dict[str, Any]] = json.loads((PAGES / "expected.json").read_text(encoding="utf-8"))
MARKED = [page for page in EXPECTED if "marks" in page]
COMPARED = [page for page in EXPECTED if "mismatches" in page]
MISMATCHES = ("markup_language_mismatch", "markup_content_language_mismatch", "markup_url_language_mismatch")


@cache
def read_pages() -> dict[str, dict[str, Any]]:
    """Row by page: what extraction and signal say of it."""
    model = find_model(load_models(), "language_identifier")
    assert model is not None
    items = [
        record(
            (PAGES / f"{page['page']}.html").read_bytes(),
            url=page["url"],
            headers=page["headers"],
            record_id=f"<urn:{page['page']}>",
        )
        for page in EXPECTED
    ]
    batches = extract_batches(
        items, ExtractOptions(), crawl="TEST", warc_filename="a", identify=LanguageIdentifier.load(model.path)
    )
    documents = pl.concat([batch.documents for batch in batches])
    rows = documents.hstack(TranslationMarkup().measure(documents)).iter_rows(named=True)
    return {row["doc_id"].removeprefix("<urn:").removesuffix(">"): row for row in rows}


@pytest.mark.parametrize("page", MARKED, ids=lambda page: f"{page['page']}: {page['why']}")
def test_the_page_has_these_marks_and_this_value(page: dict[str, Any]):
    row = read_pages()[page["page"]]
    assert (row["translation_marks"], row["markup_translated"]) == (page["marks"], page["value"])


@pytest.mark.parametrize("page", COMPARED, ids=lambda page: f"{page['page']}: {page['why']}")
def test_the_languages_of_the_page_are_compared(page: dict[str, Any]):
    row = read_pages()[page["page"]]
    assert [row[name] for name in MISMATCHES] == page["mismatches"]


def test_every_mark_has_a_page():
    known = {*FROM, *SAVED, *PLUGINS, *EDITABLE, *NO_EVIDENCE, "notice"}
    assert known <= {mark.partition("=")[0] for page in MARKED for mark in page["marks"]}


def test_the_pages_with_notices_are_in_the_languages_they_are_named_after():
    named = [page["page"] for page in MARKED if len(page["page"]) == len("notice-xx") and page["page"][:7] == "notice-"]
    assert len(named) == 25
    assert [f"notice-{read_pages()[name]['language']}" for name in named] == named
