"""What the page must hold, whatever a run brought."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from itertools import pairwise

import polars as pl
import pytest

from provenance.report import (
    Evidence,
    ReportData,
    Span,
    Totals,
    render_explanation,
    render_report,
)
from provenance.report.bundle import escape_script, write_policy
from provenance.report.page import has_dates
from tests.report.made_report import ATTACK, example, made_ratio, made_report

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Outline(HTMLParser):
    """Tags, attributes and the text of each element kind, with a check that what opens is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"{tag} closes out of turn"

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]

    def text_of(self, tag: str) -> str:
        return "".join(data for name, data in self.texts if name == tag)


@pytest.fixture(scope="session")
def outline(page: str) -> Outline:
    return Outline(page)


def test_every_element_is_closed(outline: Outline):
    assert outline.open == []


def test_the_ratio_its_interval_and_the_estimand_come_first(page: str):
    ratio = made_ratio().row(0, named=True)
    head = page[: page.index("<nav")]
    assert f">{ratio['human_to_synthetic_ratio']:.1f}<" in head
    assert f"95 % interval {ratio['human_to_synthetic_ratio_low']:.1f}" in head
    assert "measurable score" in head


def test_sections_come_in_the_promised_order(outline: Outline):
    ids = [attrs["id"] for attrs in outline.of("section")]
    assert ids == [
        "origins",
        "groups",
        "by-language",
        "by-url-host-registered-domain",
        "by-month",
        "by-crawl",
        "scores",
        "examples",
        "evidence",
        "totals",
        "reasons",
        "duplicates",
        "limits",
        "method",
    ]


def test_headings_never_skip_a_level(outline: Outline):
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_table_has_a_caption(outline: Outline):
    assert len(outline.of("table")) == len(outline.of("caption")) > 8


def test_every_chart_is_told_in_words(outline: Outline):
    charts = [attrs for attrs in outline.of("div") if "data-chart" in attrs]
    assert len(charts) == 8
    assert all(attrs["role"] == "img" and len(attrs["aria-label"] or "") > 40 for attrs in charts)


def test_every_chart_finds_its_specification(outline: Outline, page: str):
    wanted = [attrs["data-chart"] for attrs in outline.of("div") if "data-chart" in attrs]
    found = [attrs["id"] for attrs in outline.of("script") if attrs.get("type") == "application/json"]
    assert wanted == found
    for text in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, flags=re.S):
        assert json.loads(text)["width"] == "container"


def test_ids_are_unique(outline: Outline):
    ids = [attrs["id"] for _, attrs in outline.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_links_lead_to_places_on_the_page(outline: Outline):
    ids = {attrs.get("id") for _, attrs in outline.tags}
    assert {attrs["href"][1:] for attrs in outline.of("a")} <= ids


def test_nothing_is_fetched(outline: Outline):
    loading = [(tag, name) for tag, attrs in outline.tags for name in attrs if name in ("src", "srcset", "action")]
    assert loading == []
    assert [attrs["href"] for attrs in outline.of("link")] == ["data:,"]


def test_the_policy_names_exactly_the_scripts_of_the_page(page: str):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1].replace("&#39;", "'")
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.S)
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert re.findall("'sha256-([^']*)'", policy) == digests
    assert "default-src 'none'" in policy


def test_a_page_without_charts_lets_no_script_run():
    assert "script-src 'none'" in write_policy(())


def test_a_script_cannot_end_its_own_element():
    assert "</script" not in escape_script("let end = '</script>'; // <!-- <script>")


def test_text_of_documents_is_escaped_everywhere():
    hostile = example(
        "ai_generated",
        ATTACK,
        url=f"https://x.example/{ATTACK}",
        doc_id=ATTACK,
        language='"><script>',
        warc_filename=ATTACK,
        evidence=(Evidence(ATTACK, None, 1.0, ATTACK),),
        spans=(Span(0, 8, "phrase", '"><script>alert(1)</script>'),),
    )
    counts = pl.DataFrame({"reason": [ATTACK], "n": [1]})
    ratio = made_ratio().with_columns(
        group_values=pl.col("group_values").list.eval(pl.element() + f"</script>{ATTACK}"), why=pl.lit(ATTACK)
    )
    data = made_report(
        title=ATTACK,
        examples=(hostile,),
        rejects=counts,
        left_out=counts,
        notes=(ATTACK,),
        ratio=ratio,
        crawls=(ATTACK,),
    )
    outline = Outline(render_report(data))
    assert outline.of("img") == []
    assert all(not attrs or attrs.get("type") == "application/json" for attrs in outline.of("script"))
    assert len([attrs for attrs in outline.of("script") if not attrs]) == 2
    assert not any(name.startswith("on") for _, attrs in outline.tags for name in attrs)


def test_evidence_is_marked_in_the_text_with_what_it_is(outline: Outline):
    assert "hamster buying" in outline.text_of("mark")
    assert "calque: German Hamsterkauf: panic buying" in [attrs["title"] for attrs in outline.of("mark")]


def test_the_accounting_is_printed(page: str):
    assert "4,497 records = 4,000 documents + 497 rejects" in page
    assert "do not add up" not in page


def test_counts_that_do_not_add_up_are_called_out():
    assert "do not add up" in render_report(ReportData(totals=Totals(records=3, documents=1, rejects=1)))


def test_the_score_is_said_to_hold_dates_where_a_date_was_evidence():
    evidence = made_report().evidence
    assert not has_dates(evidence)
    assert has_dates(evidence.with_columns(signal=pl.lit("first_seen")))


def test_incomplete_shards_are_listed_with_what_is_missing(page: str):
    assert "incomplete: the file ends inside a record" in page


def test_an_empty_run_renders_without_scripts():
    outline = Outline(render_report(ReportData()))
    assert outline.of("script") == []
    assert "nothing to estimate" in outline.text_of("span")


def test_a_ratio_without_upper_bound_is_a_lower_bound():
    ratio = made_ratio().with_columns(
        human_to_synthetic_ratio=pl.lit(None, pl.Float64), human_to_synthetic_ratio_high=pl.lit(None, pl.Float64)
    )
    page = render_report(made_report(ratio=ratio))
    assert "≥ " in page
    assert "Lower bound only" in page


def test_a_run_that_cannot_be_estimated_says_why():
    figures = [name for name, dtype in made_ratio().schema.items() if dtype == pl.Float64]
    ratio = made_ratio().with_columns(
        *(pl.lit(None, pl.Float64).alias(name) for name in figures), why=pl.lit("no model for the language")
    )
    head = render_report(made_report(ratio=ratio)).split("<nav")[0]
    assert "cannot be estimated" in head
    assert "No model for the language." in head


def test_the_same_data_gives_the_same_page(page: str):
    assert render_report(made_report()) == page


def test_an_explanation_shows_the_whole_text_and_all_evidence():
    text = "x" * 3000 + " hamster buying"
    verdict = {
        "origin": "machine_translated",
        "n_words": 3,
        "mt_score": 0.91,
        "ai_score": None,
        "language": "en",
        "evidence": [{"signal": "calque", "value": 1.0, "nats": 3.4, "detail": "Hamsterkauf"}],
    }
    outline = Outline(render_explanation(text, verdict, [Span(3001, 3015, "calque", "Hamsterkauf")], version="0.1.0"))
    assert outline.text_of("mark") == "hamster buying"
    assert "x" * 3000 in outline.text_of("p")
    assert "Hamsterkauf" in outline.text_of("td")
    assert outline.text_of("dd") == "not measurable0.91"


def test_an_explanation_of_hostile_text_is_escaped():
    outline = Outline(render_explanation(ATTACK, {"origin": "human", "evidence": []}, ()))
    assert outline.of("script") == []
    assert outline.of("img") == []
