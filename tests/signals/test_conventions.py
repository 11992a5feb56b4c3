"""Conventions: which numbers, dates and marks count in which language, where they lie, what does not count."""

import polars as pl
import pytest

from provenance.signals.conventions import PATTERNS, Conventions
from provenance.signals.spots import MAX_CHARS


def measure(text: str | None, language: str | None = "en") -> dict[str, object]:
    batch = pl.DataFrame({"text": [text], "language": [language]}, schema={"text": pl.String, "language": pl.String})
    return Conventions().measure(batch).to_dicts()[0]


def spots(text: str, language: str = "en") -> list[tuple[str, str]]:
    return [(hit["detail"].split(":")[0], hit["match"]) for hit in measure(text, language)["convention_hits"]]


@pytest.mark.parametrize(
    ("text", "kind", "match"),
    [
        ("In 2010, 8,8 million cases.", "decimal", "8,8 million"),
        ("It fell by 3,5% in May.", "decimal", "3,5%"),
        ("He threw 25,69 meters.", "decimal", "25,69 meters"),
        ("More than 80.000 students came.", "grouping", "80.000"),
        ("More than 1.500.000 people fled.", "grouping", "1.500.000"),
        ("More than 23 000 people fled.", "grouping", "23 000"),
        ("More than 23\u00a0000 people fled.", "grouping", "23\u00a0000"),
        ("The games begin on 24. July to the joy of all.", "date", "24. July"),
        ("At 14 % of the market.", "percent", "14 %"),
        ("It grew (by 13.3 %).", "percent", "13.3 %"),
        ("The market，as they say, fell.", "width", "，"),
    ],
)
def test_what_another_language_writes_is_found_in_english(text, kind, match):
    assert spots(text) == [(kind, match)]
    (hit,) = measure(text)["convention_hits"]
    assert text[hit["start"] : hit["end"]] == match


@pytest.mark.parametrize(
    "text",
    [
        "See chapters 3,5 and 7; P(3,5 or 5,3) is 1/36.",
        "1,500 people and 1,500,000 dollars, 3.5 million, 4.176 million, 3.14 m.",
        "Call 202.456.1414 or 604.822.0530 today; the host is 10.0.0.1 now.",
        "Version 2.000. Pi is 3.142 or so.",
        "num1 % num2 is 12 % 3 here; 50% of them.",
        "See table A-1. December 17 was the day; on page 4. May I?",
        "On July 24, on 24 July, on the 24th of July.",
        "名前，です。",
        'They wrote "8,8 million cases" in the paper.',
    ],
)
def test_what_english_writes_is_not(text):
    assert spots(text) == []


def test_a_point_of_half_width_after_japanese_is_found():
    assert spots("水面を見ています.とても深い.", "ja") == [("width", "."), ("width", ".")]
    assert spots("水面を見ています。バージョン3.5を使う。", "ja") == []


def test_count_and_density_go_with_the_hits():
    found = measure("8,8 million and 1,4 million " + "word " * 16)
    assert (found["convention_count"], found["convention_density"]) == (2, 1000 * 2 / 23)  # 8,8 are two words


def test_english_is_not_held_against_the_comma_of_others():
    assert measure("8,8 million", "de") == {f"convention_{name}": None for name in ("count", "density", "hits")}
    assert measure("8,8 million", None)["convention_count"] is None


@pytest.mark.parametrize("language", sorted(PATTERNS))
def test_a_text_without_any_has_none(language):
    assert measure("Nothing.", language)["convention_count"] == 0
    assert measure(" \n", language)["convention_count"] is None


def test_only_the_beginning_is_read():
    assert spots("x" * MAX_CHARS + " In 2010, 8,8 million cases.") == []
