"""What a page's markup declares, as columns."""

import pytest

from tests.extract.pages import SENTENCE, document, record

URL = "https://www.example.org/de/seite"


def facts(head: str = "", *, html: str = "<html>", body: str = "", **options: object) -> dict[str, object]:
    page = f"{html}<head>{head}</head><body>{body}<article><p>{SENTENCE * 3}</p></article></body></html>"
    return document(record(page, url=URL, **options))  # type: ignore[arg-type]


def test_the_language_of_the_html_element_is_kept_as_written():
    assert facts(html='<html lang="de-AT">')["html_lang"] == "de-AT"


def test_xml_lang_counts_where_lang_is_missing():
    assert facts(html='<html xml:lang="fr">')["html_lang"] == "fr"


@pytest.mark.parametrize("html", ["<html>", '<html lang="">', '<html lang=" ">'])
def test_no_language_is_null(html: str):
    assert facts(html=html)["html_lang"] is None


def test_the_header_decides_the_content_language():
    head = '<meta http-equiv="Content-Language" content="fr">'
    assert facts(head, headers={"content-language": "de"})["content_language"] == "de"


def test_the_meta_tag_gives_the_content_language_without_a_header():
    assert facts('<META HTTP-EQUIV="content-language" CONTENT="fr, en">')["content_language"] == "fr, en"


def test_alternate_versions_are_listed_with_absolute_addresses():
    head = '<link rel="alternate" hreflang="en" href="/en/page"><link rel=ALTERNATE hreflang=x-default href="//e.org/">'
    assert facts(head)["hreflang"] == [
        {"lang": "en", "url": "https://www.example.org/en/page"},
        {"lang": "x-default", "url": "https://e.org/"},
    ]


def test_a_feed_is_no_alternate_version():
    assert facts('<link rel="alternate" type="application/rss+xml" href="/feed">')["hreflang"] == []


def test_the_generator_is_kept():
    assert facts('<meta name="Generator" content="WordPress 6.5">')["generator"] == "WordPress 6.5"


def test_the_canonical_address_is_resolved():
    assert facts('<link rel="canonical" href="../page#top">')["canonical_url"] == "https://www.example.org/page#top"


def test_the_base_element_moves_relative_addresses():
    head = '<base href="https://other.org/x/"><link rel="canonical" href="page">'
    assert facts(head)["canonical_url"] == "https://other.org/x/page"


def test_a_broken_canonical_address_is_null():
    assert facts('<link rel="canonical" href="http://[broken">')["canonical_url"] is None


def test_tags_after_an_early_end_of_the_head_count():
    assert facts('<div></div><meta name="generator" content="Late">')["generator"] == "Late"


def test_what_stands_deeper_in_the_head_does_not_count():
    assert facts('<noscript><meta name="generator" content="Unseen"></noscript>')["generator"] is None


def test_the_first_meta_tag_of_a_name_counts():
    head = '<meta name="GENERATOR" content="First"><meta name="generator" content="Second">'
    assert facts(head)["generator"] == "First"


def test_a_meta_tag_may_carry_two_names():
    head = '<meta name="generator" http-equiv="content-language" content="fr">'
    assert (facts(head)["generator"], facts(head)["content_language"]) == ("fr", "fr")


def test_marks_are_empty_lists_where_nothing_was_found():
    row = facts()
    assert (row["translation_marks"], row["ai_disclosure_marks"], row["hreflang"]) == ([], [], [])


def test_endless_alternates_are_cut():
    head = "".join(f'<link rel="alternate" hreflang="en" href="/{number}">' for number in range(600))
    assert len(facts(head)["hreflang"]) == 500  # type: ignore[arg-type]
