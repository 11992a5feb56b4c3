"""The outline of a page: what of it does not depend on its language."""

import polars as pl
import pytest

from provenance.extract.outline import MAX_IMAGES, cut_pieces, read_outline

URL = "https://www.example.org/page"
LONG = "one two three four " * 40


def outline(body: str) -> dict[str, list[str]]:
    return read_outline(f"<html><body><h1>Title</h1>{body}<p>end</p></body></html>", URL)


@pytest.mark.parametrize(
    "source",
    ["/media/ferry-1912.jpg", "https://cdn.example.net/a/ferry-1912-300x200.png?v=3", "../ferry-1912@2x.webp"],
)
def test_an_image_is_known_by_its_name_without_folder_size_and_ending(source: str) -> None:
    assert outline(f'<img class="wide" src="{source}">')["images"] == ["ferry-1912"]


def test_images_in_the_page_itself_and_names_too_short_are_passed_over() -> None:
    assert outline('<img src="data:image/png;base64,AAAA"><img src="/a.gi">')["images"] == []


def test_links_to_other_sites_are_kept_without_query_and_those_within_are_not() -> None:
    body = (
        '<a href="https://www.example.org/de/">de</a><a href="https://other.example.net/book/7?ref=1">book</a>'
        '<a href="/inner">inner</a>'
    )
    assert outline(body)["links"] == ["other.example.net/book/7"]


def test_what_stands_before_the_heading_is_passed_over() -> None:
    html = '<body><img src="/logo-large.png"><h1>T</h1><img src="/photo-1.jpg"><p>x</p></body>'
    assert read_outline(html, URL)["images"] == ["photo-1"]


def test_a_page_full_of_images_has_a_bound() -> None:
    assert len(outline("".join(f'<img src="/photo{n:04}.jpg">' for n in range(200)))["images"]) == MAX_IMAGES


def documents(url: str, *, html_lang: str | None = "en", text: str = LONG, listed: bool = False) -> pl.DataFrame:
    tags = [{"lang": "de", "url": URL}] if listed else []
    dtype = pl.List(pl.Struct({"lang": pl.String, "url": pl.String}))
    columns = {"url": [url], "html_lang": [html_lang], "language": ["en"], "text": [text]}
    return pl.DataFrame(columns, schema_overrides={"html_lang": pl.String}).with_columns(
        hreflang=pl.Series([tags], dtype=dtype)
    )


@pytest.mark.parametrize(
    "page",
    [
        documents("https://example.org/de/page"),
        documents("https://de.example.org/page"),
        documents("https://example.org/page?lang=de"),
        documents("https://example.org/page_de.html"),
        documents("https://example.org/page", listed=True),
        documents("https://example.org/page", html_lang="fr"),
    ],
)
def test_a_text_that_may_have_versions_is_cut_into_pieces(page: pl.DataFrame) -> None:
    pieces = cut_pieces(page)
    assert pieces.height == 3
    assert all(piece in LONG for piece in pieces["piece"])


@pytest.mark.parametrize(
    "page",
    [
        documents("https://example.co.uk/news/page.html"),
        documents("https://example.org/page", html_lang=None),
        documents("https://example.org/de/page", text="short"),
    ],
)
def test_other_texts_are_not(page: pl.DataFrame) -> None:
    assert cut_pieces(page).is_empty()


def test_a_page_without_a_heading_is_read_from_its_body() -> None:
    html = '<head><link href="https://cdn.example.net/style.css"></head><body><img src="/photo-1.jpg"><p>x</p></body>'
    assert read_outline(html, URL) == {"images": ["photo-1"], "links": []}
