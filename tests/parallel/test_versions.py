"""Versions of one page are found, and pages that share only what all pages of the site have are not."""

import polars as pl
import pytest

from provenance.parallel import candidates, find_versions
from tests.parallel.made_pages import Made, article, find, sets_of, sign

SITE = "https://example.org"
WORDS = {"en": "plain old words", "de": "lauter alte worte", "fr": "des mots anciens"}


def made(number: int, language: str, path: str | None = None, **told: object) -> Made:
    url = f"{SITE}/{path or f'{language}-page-{number}'}"
    return Made(url, language, article(number, WORDS[language]), **told)  # type: ignore[arg-type]


def test_anchors_alone_join_versions() -> None:
    found = find(made(1, "en"), made(1, "de"), made(2, "en"), made(2, "de"))
    assert sets_of(found) == [[0, 1], [2, 3]]
    assert found["how"].to_list() == [["anchors"]] * 4
    assert found["parallelism"].to_list() == [2] * 4


def test_pages_of_one_language_are_no_versions() -> None:
    found = find(made(1, "en"), made(1, "en", "print"), made(2, "en"), made(3, "de"))
    assert sets_of(found) == []
    assert found["parallelism"].to_list() == [1, 1, 1, 1]


def test_captures_of_one_address_are_one_version() -> None:
    found = find(made(1, "en"), made(1, "de"), made(1, "de"))
    assert sets_of(found) == [[0, 1, 2]]
    assert found["parallelism"].to_list() == [2, 2, 2]


def test_what_all_pages_have_joins_none() -> None:
    footer = article(99, "footer")
    pages = [Made(f"{SITE}/{language}/{n}x{language}", language, f"{WORDS[language]} {n}\n{footer}") for n in (1, 2, 3)
             for language in ("en", "de")]  # fmt: skip
    assert sets_of(find(*pages)) == []


def test_an_equal_key_needs_support() -> None:
    same = find(made(1, "en", "page"), made(1, "de", "de/page"))
    other = find(made(1, "en", "page"), made(2, "de", "de/page"))
    assert sets_of(same) == [[0, 1]]
    assert same["how"].to_list() == [["url"]] * 2
    assert sets_of(other) == []


def test_other_sites_are_other_pages() -> None:
    elsewhere = Made("https://example.net/x", "de", article(1, WORDS["de"]))
    assert sets_of(find(made(1, "en"), elsewhere)) == []


def test_a_length_that_no_translation_has_is_another_page() -> None:
    long = Made(f"{SITE}/long", "de", article(1, WORDS["de"]) + "\nlauter alte worte" * 400)
    assert sets_of(find(made(1, "en"), long)) == []


def test_a_short_version_is_partial() -> None:
    whole = Made(f"{SITE}/page", "en", article(1, "plain old words " * 8))
    part = Made(f"{SITE}/de/page", "de", article(1, WORDS["de"]))
    found = find(whole, part)
    assert found["partial_languages"].to_list() == [["de"], ["de"]]
    assert found["parallelism"].to_list() == [1, 1]
    assert found["coverage"][1] < 0.6 <= found["coverage"][0]


def test_what_is_left_in_another_language_is_not_covered() -> None:
    found = find(made(1, "en"), made(1, "de", pieces=("en", "en", "de")))
    assert 0.3 < found["coverage"][1] < 0.34
    assert found["partial_languages"][0].to_list() == ["de"]


LISTED = (("en", f"{SITE}/a"), ("de", f"{SITE}/b"), ("fr", f"{SITE}/c"))


def test_versions_that_list_each_other_are_joined() -> None:
    found = find(*(Made(url, lang, " ".join([WORDS[lang]] * 30), LISTED) for lang, url in LISTED))
    assert sets_of(found) == [[0, 1, 2]]
    assert found["how"].to_list() == [["hreflang"]] * 3


def test_versions_that_are_only_declared_count_and_are_told_apart() -> None:
    found = find(made(1, "en", "a", hreflang=LISTED))
    assert found["languages"][0].to_list() == ["de", "en", "fr"]
    assert (found["parallelism"][0], found["n_captured"][0], found["how"][0].to_list()) == (3, 1, ["declared"])


def test_a_list_without_the_page_itself_says_nothing_of_it() -> None:
    assert find(made(1, "en", "elsewhere", hreflang=LISTED))["parallelism"][0] == 1


def test_an_address_that_several_pages_list_is_a_switch() -> None:
    pages = [made(n, "en", path, hreflang=(("en", f"{SITE}/{path}"), ("de", f"{SITE}/de/overview.php")))
             for n, path in ((1, "a"), (2, "b"))]  # fmt: skip
    assert find(*pages)["parallelism"].to_list() == [1, 1]


def test_regions_of_one_language_are_one_language() -> None:
    tags = (("en-US", f"{SITE}/a"), ("en-GB", f"{SITE}/gb/a"))
    assert find(made(1, "en", "a", hreflang=tags))["parallelism"][0] == 1


def test_what_contradicts_a_declaration_outweighs_it() -> None:
    tags = (("en", f"{SITE}/a"), ("de", f"{SITE}/b"))
    numbers = [" ".join(str(number) for number in range(low, low + 12)) for low in (1000, 5000)]
    texts = [f"{WORDS['en'] * 15} {numbers[0]}", f"{WORDS['de'] * 15} {numbers[1]}"]
    assert sets_of(find(Made(f"{SITE}/a", "en", texts[0], tags), Made(f"{SITE}/b", "de", texts[1], tags))) == []


def test_nothing_is_told_without_a_site_a_language_or_anything_to_tell_by() -> None:
    found = find(
        Made("", "en", article(1, "words")),
        Made(f"{SITE}/a", None, article(1, "words")),
        Made(f"{SITE}/b", "en", "words"),
    )
    assert found["parallelism"].to_list() == [None, None, None]


def test_a_second_print_of_a_version_belongs_to_it() -> None:
    found = find(made(1, "en"), made(1, "de"), made(1, "en", "print"), made(2, "en"), made(3, "en"), made(4, "de"))
    assert sets_of(found) == [[0, 1, 2]]
    assert found["parallelism"].to_list()[:3] == [2, 2, 2]


def test_a_site_is_searched_alone() -> None:
    first = [made(n, language) for n in (1, 2) for language in ("en", "de")]
    second = [Made(page.url.replace("org", "net"), page.language, page.text) for page in first]
    both = sign([*first, *second])
    assert find_versions(both).equals(pl.concat([find_versions(both[:4]), find_versions(both[4:])]))


def test_a_site_s_root_tells_its_default_language() -> None:
    root = Made(f"{SITE}/", "de", WORDS["de"] * 20)
    found = find(root, made(1, "en"), made(1, "de"))
    assert found["original_language"].to_list() == [None, "de", "de"]
    assert found["original"].to_list() == [None, False, True]


def test_one_version_at_least_is_whole() -> None:
    found = find(made(1, "en", pieces=("de", "de", "de")), made(1, "de", pieces=("en", "en", "de")))
    assert found["partial_languages"].to_list() == [["en"], ["en"]]
    assert found["n_captured"].to_list() == [1, 1]


def test_pictures_alone_join_none() -> None:
    pictures = tuple(f"picture-{number}" for number in range(8))
    gallery, other = (Made(f"{SITE}/{lang}x", lang, WORDS[lang] * 20, images=pictures) for lang in ("en", "de"))
    assert sets_of(find(gallery, other)) == []
    assert sets_of(find(gallery, Made(f"{SITE}/de/enx", "de", WORDS["de"] * 20, images=pictures))) == [[0, 1]]


def test_a_page_that_names_another_address_as_its_version_has_not_this_one() -> None:
    tags = (("en", f"{SITE}/a"), ("de", f"{SITE}/de/b"))
    assert sets_of(find(made(1, "en", "a", hreflang=tags), made(1, "de", "de/c"))) == []
    assert sets_of(find(made(1, "en", "a", hreflang=tags), made(1, "de", "de/b"))) == [[0, 1]]


def test_a_common_frame_and_a_few_names_join_none() -> None:
    frame = tuple(f"cdn{number}.example.net/script" for number in range(12))
    names = "1111 2222 3333 4444 "
    own = [" ".join(str(number) for number in range(low, low + 12)) for low in (5000, 6000)]
    pages = [Made(f"{SITE}/{lang}x", lang, f"{WORDS[lang] * 15} {names}{numbers}", links=frame)
             for lang, numbers in zip(("en", "de"), own, strict=True)]  # fmt: skip
    assert sets_of(find(*pages)) == []


def test_a_key_of_more_pages_than_there_are_languages_is_a_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "LEAST_SHARED", 1000)  # anchors alone join nothing
    pages = [made(1, "en", "x?l=1"), made(1, "de", "x?l=2"), *(made(n, "en", f"x?l={n}") for n in range(3, 6))]
    assert sets_of(find(*pages)) == [[0, 1]]
    monkeypatch.setattr(candidates, "MOST_VERSIONS", 4, raising=False)
    assert sets_of(find(*pages)) == []
