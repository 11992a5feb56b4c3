"""Marks read together with the page they stand on: every mark, and every trap."""

import polars as pl
import pytest

from provenance.schema import DOCUMENTS
from provenance.signals import measure_signals
from provenance.signals.mark_worth import NO_EVIDENCE, PLUGINS, SAVED
from provenance.signals.markup import TranslationMarkup
from provenance.signals.site_language import find_default_language

ENGLISH = {"lang": "en", "url": "https://e.org/page"}
GERMAN = {"lang": "de", "url": "https://e.org/de/page"}
FRENCH = {"lang": "fr", "url": "https://e.org/fr/page"}


def frame(**columns: object) -> pl.DataFrame:
    row = {
        "text": "Der Hafen erwacht vor der Stadt.",
        "language": "de",
        "language_score": 0.99,
        "n_words": 100,
        "url": "https://e.org/page",
        "html_lang": "de",
        "content_language": None,
        "hreflang": [],
        "translation_marks": [],
        **columns,
    }
    return pl.DataFrame([row], schema={name: DOCUMENTS.schema[name] for name in row})


def translated(*marks: str, **columns: object) -> float | None:
    value: float | None = TranslationMarkup().measure(frame(translation_marks=marks, **columns))["markup_translated"][0]
    return value


def mismatch(**columns: object) -> float | None:
    value: float | None = TranslationMarkup().measure(frame(**columns))["markup_language_mismatch"][0]
    return value


def test_a_page_that_declares_its_translation_is_translated():
    assert translated("mtfrom_lang", html_lang="de-x-mtfrom-en") == 1.0


def test_a_link_to_the_source_declares_translation():
    assert translated("mtfrom_link=en") == 1.0


def test_a_link_without_a_language_declares_translation():
    assert translated("mtfrom_link") == 1.0


def test_a_page_in_the_language_of_the_source_is_the_source():
    assert translated("mtfrom_link=de") == 0.0


def test_a_declared_translation_that_never_happened_is_none():
    assert translated("mtfrom_lang", html_lang="de-x-mtfrom-en", language="en") == 0.0


@pytest.mark.parametrize("mark", SAVED)
def test_a_saved_translation_is_translated(mark: str):
    assert translated(mark) == 1.0


@pytest.mark.parametrize("mark", PLUGINS)
def test_a_plugin_on_another_version_than_the_default_is_half_evidence(mark: str):
    assert translated(mark, hreflang=[ENGLISH, GERMAN]) == 0.5


@pytest.mark.parametrize("mark", PLUGINS)
def test_a_plugin_on_the_default_version_says_nothing(mark: str):
    assert translated(mark, hreflang=[ENGLISH, GERMAN], html_lang="en", language="en") == 0.0


def test_a_plugin_on_a_page_that_is_declared_the_default_version_says_nothing():
    assert translated("weglot=en", html_lang="en", language="de") == 0.0


@pytest.mark.parametrize("mark", PLUGINS)
def test_a_plugin_on_a_site_of_unknown_default_says_nothing(mark: str):
    assert translated(mark, hreflang=[]) == 0.0


@pytest.mark.parametrize("mark", [*NO_EVIDENCE, "a_mark_of_a_later_version"])
def test_widgets_and_fragments_say_nothing(mark: str):
    assert translated(mark, hreflang=[ENGLISH, GERMAN]) == 0.0


def test_the_strongest_mark_counts():
    assert translated("gtranslate_widget", "google_class", "weglot") == 1.0


def test_a_page_without_marks_is_measured_as_not_declared():
    assert translated() == 0.0


@pytest.mark.parametrize("columns", [{"translation_marks": None}, {"text": ""}, {"text": " \n"}, {"text": None}])
def test_without_markup_or_text_nothing_is_measured(columns: dict[str, object]):
    measured = TranslationMarkup().measure(frame(**columns))
    assert measured.select("markup_translated", "markup_hits").row(0) == (None, None)


def test_a_hit_says_what_its_mark_means():
    hits = TranslationMarkup().measure(frame(translation_marks=["weglot"], hreflang=[ENGLISH, GERMAN]))["markup_hits"][
        0
    ]
    assert hits.to_list() == [
        {
            "start": None,
            "end": None,
            "match": "weglot",
            "detail": "Weglot, on a page in de of a site whose default language is en",
        }
    ]


@pytest.mark.parametrize(
    ("links", "default"),
    [
        ([ENGLISH, GERMAN, FRENCH], "en"),
        ([{"lang": "x-default", "url": GERMAN["url"]}, ENGLISH, GERMAN], "de"),
        ([{"lang": "en", "url": "https://e.org/en/a"}, GERMAN], None),
        ([{"lang": "en", "url": "https://e.org/a"}, {"lang": "de", "url": "https://e.org/b"}], None),
        ([{"lang": "en-GB", "url": "https://e.org/a"}, {"lang": "de-DE", "url": "https://de.e.org/a"}], "en"),
        ([{"lang": "en", "url": "https://e.org/a"}, {"lang": "fr", "url": "https://e.org/a?lang=fr"}], "en"),
        ([{"lang": "nb", "url": "https://e.org/no/a"}, {"lang": "sv", "url": "https://e.org/a"}], "sv"),
        ([ENGLISH], None),
        ([], None),
    ],
)
def test_the_default_language_of_a_site(links: list[dict[str, str]], default: str | None):
    assert find_default_language(links) == default


@pytest.mark.parametrize(
    ("declared", "language", "expected"),
    [
        ("de", "de", 0.0),
        ("de-AT", "de", 0.0),
        ("DE_de", "de", 0.0),
        ("en", "de", 1.0),
        ("nb", "no", 0.0),
        ("iw", "he", 0.0),
        ("zh-Hant-TW", "zh", 0.0),
        ("hr", "sr", 0.0),
        ("x-klingon", "de", None),
        ("german", "de", None),
        ("und", "de", None),
        ("utf-8", "de", None),
        (None, "de", None),
        ("de", None, None),
    ],
)
def test_the_declared_language_is_compared(declared: str | None, language: str | None, expected: float | None):
    assert mismatch(html_lang=declared, language=language) == expected


@pytest.mark.parametrize("columns", [{"n_words": 19}, {"language_score": 0.49}, {"text": ""}, {"n_words": None}])
def test_an_uncertain_language_is_not_compared(columns: dict[str, object]):
    assert mismatch(html_lang="en", **columns) is None


def test_texts_judged_without_markup_columns_are_not_measured():
    measured = measure_signals(pl.DataFrame({"text": ["Some text."]}), [TranslationMarkup()])
    assert measured.row(0) == (None,) * 5


def test_the_declared_columns_come_in_order():
    measured = TranslationMarkup().measure(frame(translation_marks=["weglot"]))
    assert dict(measured.schema) == {name: column.dtype for name, column in TranslationMarkup.columns.items()}
