"""An address names its page without the language, whichever way a site writes that."""

import pytest
from fasttext.FastText import _FastText

from provenance.extract.language import ISO_CODES, PREFIX
from provenance.models.registry import SHIPPED
from provenance.parallel import addresses
from provenance.parallel.addresses import read_address
from provenance.parallel.codes import read_place_code, read_tag

PLAIN = "https://www.example.org/museum/hours.html"


@pytest.mark.parametrize(
    ("url", "language"),
    [
        ("https://example.org/de/museum/hours.html", "de"),
        ("https://www.example.org/pt-BR/museum/hours.html", "pt"),
        ("https://www.example.org/de_AT/museum/hours.html", "de"),
        ("https://www.example.org/museum/fr/hours.html", "fr"),
        ("https://de.example.org/museum/hours.html", "de"),
        ("https://arabic.example.org/museum/hours.html", "ar"),
        ("https://m.example.org/museum/hours.html", None),
        ("https://www.example.org/museum/hours.html?lang=ru", "ru"),
        ("https://www.example.org/museum/hours.html?site_langid=2", None),
        ("https://www.example.org/museum/hours.html?utm_source=x&hl=zh-CN", "zh"),
        ("https://www.example.org/museum/hours.de.html", "de"),
        ("https://www.example.org/museum/hours-nl.html", "nl"),
        ("https://www.example.org/museum/hours_it.php", "it"),
        ("https://www.example.org/museum/hours_es", "es"),
        ("https://www.example.org/museum/hours.html.en", "en"),
        ("https://www.example.org/rus/museum/hours.html", "ru"),
        ("http://www.example.org/museum/hours", None),
    ],
)
def test_the_language_is_taken_out_of_the_key(url: str, language: str | None) -> None:
    plain, found = read_address(PLAIN), read_address(url)
    assert plain is not None
    assert found is not None
    assert (found.site, found.key, found.language) == (plain.site, plain.key, language)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.org/museum/tickets.html",
        "https://www.example.org/museum/hours.html?page=2",
        "https://www.example.org/shop/museum/hours.html",
        "https://shop.example.org/museum/hours.html",
        "https://www.example.net/museum/hours.html",
        "https://www.example.org/museum/hours/it",  # the last part of a path names a page
        "https://www.example.org/museum/hours.html?l=100",  # no code, and too many to number languages
        "https://www.example.org/museum/hours.html?loc=berlin",
    ],
)
def test_other_pages_have_other_keys(url: str) -> None:
    plain, found = read_address(PLAIN), read_address(url)
    assert plain is not None
    assert found is not None
    assert (found.site, found.key) != (plain.site, plain.key)


@pytest.mark.parametrize("url", ["https://example.org", "https://example.org/de/", "https://fr.example.org/index.html"])
def test_a_root_has_nothing_but_a_language(url: str) -> None:
    found = read_address(url)
    assert found is not None
    assert found.root


@pytest.mark.parametrize("url", ["", "mailto:a@example.org", "http://[broken", "urn:x"])
def test_what_has_no_host_is_no_address(url: str) -> None:
    assert read_address(url) is None


def test_the_same_address_is_told_apart_from_its_versions_and_not_from_its_scheme() -> None:
    one, same, other = map(read_address, (PLAIN, "http://example.org/museum/hours.html#top", f"{PLAIN}?lang=de"))
    assert one is not None
    assert same is not None
    assert other is not None
    assert one.whole.rstrip("?") == same.whole.rstrip("?") != other.whole


def test_blogs_of_a_shared_host_are_sites_of_their_own() -> None:
    one, other = map(read_address, ("https://a.blogspot.com/x", "https://b.blogspot.com/x"))
    assert one is not None
    assert other is not None
    assert one.site != other.site


def test_a_host_without_a_registered_domain_is_a_site_without_its_language() -> None:
    one, other = map(read_address, ("https://www.museum.example/x", "https://de.museum.example/x"))
    assert one is not None
    assert other is not None
    assert one.site == other.site == "museum.example"


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        *(("de-AT", "de"), ("zh_Hant", "zh"), ("in", "id"), ("ast", "ast"), ("deu", "de"), ("fil-PH", "tl")),
        *(("nn", "no"), ("nb-NO", "no"), ("nno", "no"), ("x-default", None), ("", None), ("q", None), ("xx", None)),
        *((word, None) for word in ("int", "row", "all", "und", "mul", "zxx", "ééé")),
    ],
)
def test_tags_are_read_as_languages(tag: str, language: str | None) -> None:
    assert read_tag(tag) == language


def test_tags_of_all_languages_of_the_identifier_are_known() -> None:
    labels = [label.removeprefix(PREFIX) for label in _FastText(str(SHIPPED / "lid.176.ftz")).labels]
    assert len(labels) == 176
    assert not [label for label in labels if read_tag(ISO_CODES.get(label, label)) is None]


def test_a_query_is_read_without_comparing_its_parameters_with_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    n_compared = 0

    class Pair(tuple[str, str]):
        __slots__ = ()
        __hash__ = tuple.__hash__

        def __eq__(self, other: object) -> bool:
            nonlocal n_compared
            n_compared += 1
            return super().__eq__(other)

    monkeypatch.setattr(addresses, "parse_qsl", lambda _: [Pair((f"a{n}_lang", "de")) for n in range(100)])
    found = read_address(f"{PLAIN}?asking")
    assert found is not None
    assert found.language == "de"
    assert n_compared < 1000


@pytest.mark.parametrize("word", ["news", "a", "xx", "de-la-mer", "2024", ""])
def test_words_are_no_languages(word: str) -> None:
    assert read_place_code(word) is None
