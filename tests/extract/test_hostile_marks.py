"""Pages made to keep the search for marks busy, or to break it: these sizes take minutes or hours in square time."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.extract.notice_marks import _MAX_STYLE
from provenance.text.notices import find_notices, load_wordings
from tests.extract.pages import SENTENCE, document, record

NOTICE = "This page was machine translated."
FOUND = [f"notice={NOTICE}"]
MANY = 150_000


def marks_of(head: str, body: str = "", *, lang: str = "de") -> list[str]:
    page = f"<html lang='{lang}'><head>{head}</head><body><article><p>{SENTENCE * 3}</p>{body}</article></body></html>"
    return document(record(page))["translation_marks"]  # type: ignore[return-value]


def noticed(style: str) -> list[str]:
    return marks_of(f"<style>{style}</style>", f'<p class="x">{NOTICE}</p>', lang="en")


@pytest.mark.parametrize(
    "style",
    [
        pytest.param("a{b:c}/*# sourceMappingURL=data:" + "x" * MANY + "*/", id="no brace"),
        pytest.param("@media " * (MANY // 7), id="at-rules without a block"),
        pytest.param("@media{a{}" * (MANY // 10), id="open at-rules with rules"),
        pytest.param("{" * (MANY // 2) + "}" * (MANY // 2), id="nested blocks"),
    ],
)
def test_style_is_read_once(style: str) -> None:
    assert noticed(style) == FOUND


@pytest.mark.parametrize("tag", ["<style>", "<style "])
def test_the_end_of_style_is_not_searched_for_again(tag: str) -> None:
    assert marks_of("", f"<p>{NOTICE}</p><!--{tag * MANY}-->", lang="en") == FOUND


def test_style_hides_up_to_the_bound_and_not_beyond() -> None:
    rule = ".x{display:none}"
    spaces = " " * (_MAX_STYLE - len(rule))
    assert noticed(spaces + rule) == []
    assert noticed(f"{spaces} {rule}") == FOUND
    assert noticed(f"{spaces}</style><style> {rule}") == FOUND


@pytest.mark.parametrize(
    ("style", "hidden"),
    [
        ("@media print{a{b:c}.x{display:none}}", False),
        ("@media print{a{b:c}}.x{display:none}", True),
        ("@import url(a); @media print{@page{b:c}.x{display:none}}", False),
        ("@layer a{b{c:d}.x{display:none}}", True),
        ("}}.x{display:none}", True),
        ("}@media print{.x{display:none}}", False),
        (".x{a:b}c{.x{d:e}display:none}", False),
    ],
)
def test_rules_for_other_media_hide_nothing(style: str, hidden: bool) -> None:
    assert noticed(style) == ([] if hidden else FOUND)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param({"head": "", "body": 'id="linguise-extra-metadata">' * MANY}, id="linguise"),
        pytest.param({"head": "", "body": '<p data-wovnio="' + "backend=true" * MANY}, id="wovn"),
        pytest.param({"head": "", "body": "gtranslateSettings[" * MANY}, id="gtranslate"),
        pytest.param({"head": "", "lang": "en-t-de-" + "a1-abc-" * MANY}, id="language tag"),
    ],
)
def test_the_source_is_not_searched_again_for_each_beginning_of_a_mark(page: dict[str, str]) -> None:
    assert marks_of(**page) == []


@pytest.mark.parametrize("part", ['id="weglot-data" ', "<script "])
def test_the_settings_of_a_plugin_are_searched_for_once(part: str) -> None:
    assert marks_of("", f'<div id="weglot_here"></div><!--<script {part * MANY}-->') == ["weglot"]


def test_settings_are_read_near_their_beginning_only() -> None:
    script = '<div id="weglot_here"></div><script id="weglot-data">{"a":"%s","language_from":"en"}</script>'
    assert marks_of("", script % "b") == ["weglot=en"]
    assert marks_of("", script % ("b" * 20_000)) == ["weglot"]


def test_a_text_of_many_notices_is_searched_for_its_editors_once() -> None:
    notices = list(find_notices(f"{NOTICE} " * 20_000 + "It was reviewed by a human.", load_wordings("en")))
    assert len(notices) == 20_000
    assert all(notice.edited for notice in notices)


def test_editors_are_not_searched_for_in_each_part_of_a_word() -> None:
    assert not next(find_notices(f"{NOTICE} {'проверен' * MANY}", load_wordings("en"))).edited


@pytest.mark.parametrize("between", ["-" * 500, "- " * 250, "a-" * 250])
def test_a_row_of_hyphens_is_read_in_one_way(between: str) -> None:
    assert list(find_notices(f"Diese Seite wurde maschinell {between}", load_wordings("de"))) == []


def test_words_and_marks_may_stand_within_a_german_notice() -> None:
    text = "Diese Seite wurde maschinell (mit KI-gestützten Mitteln, ohne Gewähr) übersetzt."
    assert len(list(find_notices(text, load_wordings("de")))) == 1


def stats(content: str) -> str:
    return f"<meta name='translation-stats' content='{content}'>"


@pytest.mark.parametrize(
    "content",
    [
        '{"total_phrases":1e999,"translated_phrases":1}',
        '{"total_phrases":1,"translated_phrases":-Infinity}',
        '{"total_phrases":NaN,"translated_phrases":1}',
        f'{{"total_phrases":{"9" * 5000},"translated_phrases":1}}',
        '{"total_phrases":[1],"translated_phrases":{}}',
        "[" * 100_000,
        "[1]",
        "null",
        "",
    ],
)
def test_counts_that_cannot_be_read_are_no_mark(content: str) -> None:
    assert marks_of(stats(content)) == []


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("ab1e9-. \ud800", max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "@graph", "a"]), inner),
    max_leaves=8,
)
_COUNT = st.sampled_from([math.inf, -math.inf, math.nan, 1e308, 10**400, -1, 0, 5, "7", "x", True, None]) | _JSON
_COUNTS = st.dictionaries(st.sampled_from(["total_phrases", "translated_phrases", "human_translated_phrases"]), _COUNT)
_NAMES = st.builds("".join, st.tuples(st.sampled_from(["nllb", "GPT-4", "DeepL ", "google"]), st.text(max_size=3)))


@given(counts=_COUNTS | _JSON, translator=_NAMES | _JSON, around=_JSON)
def test_whatever_a_page_says_in_json_it_is_read(counts: object, translator: object, around: object) -> None:
    works = json.dumps([{"translator": translator}, {"translator": {"name": translator}}, around])
    script = f'<script type="application/ld+json">{works}</script>'
    marks = marks_of(stats(json.dumps(counts)) + script)
    assert all(mark.startswith(("transposh", "translated_by", "google_meta")) for mark in marks)


@pytest.mark.parametrize("name", ["nllb\ud800", "GPT-4\udfff"])
def test_half_a_character_is_no_name_of_a_machine(name: str) -> None:
    assert marks_of(f'<script type="application/ld+json">{json.dumps({"translator": name})}</script>') == []
