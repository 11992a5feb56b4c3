"""Anchors stay the same in translation, and a document has its own whatever stands beside it."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.parallel.made_pages import Made, article, sign

SITE = "https://example.org"


def anchors_of(text: str, language: str = "en") -> set[int]:
    return set(sign([Made(f"{SITE}/x", language, text)])["anchors"][0].to_list())


@pytest.mark.parametrize(
    "other", ["kostet 1.234.567 Kronen", "coûte 1\u202f234\u202f567 couronnes", "1'234'567 Franken"]
)
def test_numbers_are_the_same_however_they_are_grouped(other: str) -> None:
    assert anchors_of("it costs 1,234,567 crowns") & anchors_of(other, "de")


def test_numbers_in_other_digits_are_the_same() -> None:
    assert anchors_of("in the year 1987") == anchors_of("في عام ١٩٨٧", "ar")


def test_short_numbers_are_no_anchors() -> None:
    assert not anchors_of("12 of 30 people")


def test_names_stay_though_their_ending_changes() -> None:
    assert anchors_of("it was Mendeleev who") & anchors_of("bez Mendeleeva nic", "cs")


def test_german_nouns_are_no_names_but_what_follows_a_preposition_is() -> None:
    assert not anchors_of("und der Hund fraß die Wurst", "de")
    assert anchors_of("er fuhr nach Kopenhagen zurück", "de") == anchors_of("he drove to Kopenhagen", "en")


def test_latin_words_are_the_names_of_a_text_in_another_script() -> None:
    assert anchors_of("他在 Esbjerg 工作", "zh") == anchors_of("he works in Esbjerg", "en")


def test_anchors_of_the_text_are_odd_and_those_of_the_page_even() -> None:
    page = Made(f"{SITE}/x", "en", "in 1987 only", images=("harbour-ferry",), links=("other.example/page",))
    found = sign([page])
    assert sorted(anchor % 2 for anchor in found["anchors"][0]) == [0, 0, 1]
    assert found["n_anchors"][0] == 3


def test_a_page_is_signed_alone() -> None:
    pages = [Made(f"{SITE}/{n}", "en" if n % 2 else "de", article(n, "plain words")) for n in range(7)]
    together = sign(pages).drop("doc_id")
    assert together.equals(pl.concat([sign([page]).drop("doc_id") for page in pages]))


def test_a_long_text_keeps_the_least_of_its_anchors() -> None:
    whole = sign([Made(f"{SITE}/x", "en", " ".join(map(str, range(1000, 1400))))])
    assert whole["n_anchors"][0] == 400
    kept = whole["anchors"][0].to_list()
    assert len(kept) == 96
    assert kept == sorted(kept)


def test_a_page_knows_whether_it_lists_itself_and_passes_over_roots() -> None:
    tags = (("en", f"{SITE}/a"), ("de", f"{SITE}/de/a"), ("fr", f"{SITE}/fr/"), ("x-default", f"{SITE}/a"))
    found = sign([Made(f"{SITE}/a", "en", "text", tags), Made(f"{SITE}/b", "en", "text", tags)])
    assert found["lists_itself"].to_list() == [True, False]
    assert [tag["language"] for tag in found["alternates"][0]] == ["de", None]
    assert [tag["language"] for tag in found["alternates"][1]] == ["en", "de", None]


@pytest.mark.parametrize(
    ("html_lang", "marks", "source"),
    [
        ("de-x-mtfrom-en", (), "en"),
        ("de", ("mtfrom_link=en-GB",), "en"),
        ("de", ("google_class",), "und"),
        ("de-x-mtfrom-", (), "und"),
        ("de-x-mtfrom-", ("mtfrom_link=en",), "en"),
        ("de-x-mtfrom-all", ("mtfrom_link",), "und"),
        ("de", ("weglot",), None),
        (None, (), None),
    ],
)
def test_a_declared_source_is_read(html_lang: str | None, marks: tuple[str, ...], source: str | None) -> None:
    assert sign([Made(f"{SITE}/a", "de", "text", html_lang=html_lang, marks=marks)])["translated_from"][0] == source


def test_what_has_no_address_has_no_site() -> None:
    found = sign([Made("", "en", article(1, "words"))])
    assert found.select("site", "address", "page_key").row(0) == (None, None, None)


LETTERS = st.text(st.characters(codec="utf-8"), max_size=8)
TAG_PARTS = st.sampled_from(["de", "-x-mtfrom-", "mtfrom_link", "=", "_", " ", "und", "İ"]) | LETTERS
TAGS = st.lists(TAG_PARTS, max_size=3).map("".join)
URL_PARTS = st.sampled_from(["http://", "a.com", "xn--", "[", "]", ":", ".", "/de", "?l", "=", "&", "%ff"]) | LETTERS
URLS = st.lists(URL_PARTS, max_size=6).map("".join) | st.text(max_size=8).map("http://a.com/{}".format)


@settings(deadline=None)
@given(st.lists(TAGS, max_size=3), TAGS | st.none(), st.lists(st.tuples(TAGS, URLS)), URLS, URLS | st.none())
def test_no_mark_language_or_address_stops_a_batch(
    marks: list[str], html_lang: str | None, hreflang: list[tuple[str, str]], url: str, canonical: str | None
) -> None:
    page = Made(url, "de", "text", tuple(hreflang), html_lang, tuple(marks), canonical=canonical)
    assert sign([page]).height == 1


@pytest.mark.parametrize("name", ["A漢字漢", "Pอาหาร", "Kカナカナ", "Xⅻⅻⅻ", "Ab\u1100\u1161c"])
def test_a_name_in_two_scripts_is_one_anchor_at_most(name: str) -> None:
    pages = [Made(f"{SITE}/{n}", language, f"then {name} met Peter") for n, language in enumerate(("en", "de"))]
    assert sign(pages)["n_anchors"].to_list()[0] <= 2
