"""The original is told by what speaks for it, and not told where nothing does."""

from datetime import UTC, datetime, timedelta
from typing import Any

from provenance.parallel.original import Original, Version, find_original

DAY = datetime(2025, 6, 1, tzinfo=UTC)


def version(language: str, **told: Any) -> Version:
    facts: dict[str, Any] = {
        "html_language": language,
        "piece_languages": (),
        "translated_from": None,
        "fetch_time": DAY,
        "partial": False,
        "is_default": False,
    }
    return Version(language, **{**facts, **told})


def choose(*versions: Version, defaulted_to: tuple[str, ...] = ()) -> Original:
    return find_original(versions, {one.language for one in versions}, defaulted_to)


def test_nothing_is_told_where_nothing_speaks() -> None:
    assert choose(version("de"), version("en")) == Original(None, None, None)


def test_a_declared_source_is_the_original() -> None:
    found = choose(version("de", translated_from="en"), version("en"), version("fr", is_default=True))
    assert found.language == "en"
    assert "declared the source of de" in str(found.why)


def test_words_left_over_tell_the_source() -> None:
    assert choose(version("de"), version("fr", piece_languages=("fr", "de"))).language == "de"


def test_words_of_a_language_that_has_no_version_tell_nothing() -> None:
    assert choose(version("de"), version("fr", piece_languages=("en",))).language is None


def test_a_language_left_in_the_html_element_tells_the_source() -> None:
    assert choose(version("de"), version("fr", html_language="de")).language == "de"


def test_x_default_alone_tells_nothing_and_with_the_site_s_default_it_does() -> None:
    assert choose(version("de"), version("en"), defaulted_to=("en",)).language is None
    assert choose(version("de"), version("en", is_default=True), defaulted_to=("en",)).language == "en"


def test_two_that_are_equal_are_not_told_apart() -> None:
    found = choose(version("de", piece_languages=("en",)), version("en", piece_languages=("de",)))
    assert found.language is None
    assert found.why is not None


def test_a_part_is_not_the_original() -> None:
    assert choose(version("de", is_default=True, partial=True), version("en")).language is None


def test_long_before_the_others_speaks_for_it_and_shortly_before_does_not() -> None:
    early = version("de", fetch_time=DAY - timedelta(days=400), is_default=True)
    late = version("de", fetch_time=DAY - timedelta(days=4), is_default=True)
    first, second = choose(early, version("en")), choose(late, version("en"))
    assert "captured long before" in str(first.why)
    assert "captured" not in str(second.why)
    assert first.certainty is not None
    assert second.certainty is not None
    assert first.certainty > second.certainty


def test_a_source_that_was_not_captured_can_be_told() -> None:
    found = find_original([version("de", translated_from="en")], {"de", "en"}, ())
    assert found.language == "en"


def test_what_is_hardly_ahead_is_not_told() -> None:
    found = choose(version("de", is_default=True), version("en"), version("fr", piece_languages=("en",)))
    assert found.language is None
    assert "site's default" in str(found.why)
