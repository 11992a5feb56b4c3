"""The data card says what the subset is, adds up, and says what it does not mean."""

from dataclasses import replace
from pathlib import Path

import pytest

from provenance.curate import CardFigures, CurateRules, render_data_card
from provenance.models import Model

FIGURES = CardFigures(
    title="Subset of CC-TEST",
    crawls=("CC-TEST-1", "CC-TEST-2"),
    n_documents=2000,
    n_kept=1500,
    n_words=1_234_567,
    rules=CurateRules(languages=("en", "de")),
    left_out={"too_short": 400, "ai_score": 100},
    rejects={"record_type": 7},
    languages={"en": 1200, "de": 299, "": 1},
    origins={"human": 1400, "undetermined": 100},
    models=(Model("en.lm_ai", "lm_ai", "en", Path("x"), "ab" * 32, "CC-BY-4.0", "cards/x.md"),),
    version="0.1.0",
)
CARD = render_data_card(FIGURES)


def test_the_card_opens_with_the_counts():
    assert CARD.startswith("# Subset of CC-TEST\n")
    assert "1,500 of 2,000 documents are kept, 1,234,567 words; 500 are left out" in CARD


def test_the_card_says_how_many_records_hold_no_text_anyway():
    told = "of these are WAT records"
    assert told not in CARD
    card = render_data_card(replace(FIGURES, rejects={"record_type": 7, "page_facts": 1200}))
    assert f"1,207 records of the archives became no document. 1,200 {told}" in card


@pytest.mark.parametrize(
    "row",
    [
        "| too_short | 400 | 20.00% |",
        "| ai_score | 100 | 5.00% |",
        "| record_type | 7 | 100.00% |",
        "| en | 1,200 | 80.00% |",
        "| not told | 1 | 0.07% |",
        "| undetermined | 100 | 6.67% |",
        "| `languages` | en, de |",
        "| `max_ai_score` | 0.5 |",
        "| en.lm_ai | lm_ai | en | CC-BY-4.0 | `abababababababab` |",
    ],
)
def test_the_card_lists(row: str):
    assert row in CARD.splitlines()


def test_the_card_says_what_the_scores_are_not():
    assert "not facts about a document" in CARD


def test_the_card_grants_no_rights():
    assert "grants no rights" in " ".join(CARD.split())


def test_counts_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="2001 documents are not 1500 kept and 500 left out"):
        replace(FIGURES, n_documents=2001)


def test_the_order_of_counts_does_not_depend_on_the_mapping():
    turned = replace(FIGURES, languages=dict(reversed(FIGURES.languages.items())))
    assert render_data_card(turned) == CARD


def test_a_long_table_sums_up_its_tail():
    many = {f"l{number:02}": 100 - number for number in range(40)}
    card = render_data_card(replace(FIGURES, languages=many))
    assert f"| 10 others | {sum(range(61, 71)):,} |" in card
    assert "| l30 |" not in card


def test_an_empty_subset_has_a_card():
    card = render_data_card(CardFigures("Empty", (), 0, 0, 0))
    assert "0 of 0 documents are kept" in card
    assert "Documents, by reason: none." in card


def test_a_title_cannot_break_the_card():
    assert render_data_card(replace(FIGURES, title="a\n# b | c")).startswith("# a # b \\| c\n")
