"""Residue: marks of translation systems and words of other scripts that stand in a sentence; mentions do not count."""

import polars as pl
import pytest

from provenance.signals.residue import Residue


def measure(text: str | None, language: str | None = "en") -> dict[str, object]:
    batch = pl.DataFrame({"text": [text], "language": [language]}, schema={"text": pl.String, "language": pl.String})
    return Residue().measure(batch).to_dicts()[0]


def spots(text: str, language: str | None = "en") -> list[str]:
    return [hit["match"] for hit in measure(text, language)["residue_hits"]]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Die Zahl hat ⁇ ngste vor einer zweiten Welle.", "de"),
        ("Er wollte ihn von ⁇ rzten einsperren lassen.", "de"),
        ("I haven <unk> t been to Istanbul.", "en"),
        ("Точного предмета я не пам<unk>ятаю.", "uk"),
        ("Orang ⁇ pergi ke pasar.", "id"),
        ("Orang ⁇ pergi ke pasar.", None),
    ],
)
def test_the_mark_of_an_unknown_piece_is_found_in_any_language(text, language):
    (hit,) = measure(text, language)["residue_hits"]
    assert text[hit["start"] : hit["end"]] == hit["match"] in ("⁇", "<unk>")
    assert hit["detail"].startswith("unknown")


@pytest.mark.parametrize(
    "text",
    [
        "Rare words become the token <unk> in training.",
        'The piece "<unk>" is printed.',
        "White played 12.Qxf7⁇ and lost.",
        "本当ですか⁇",
        "What ⁇⁇ is this?",
    ],
)
def test_mentions_chess_and_doubled_marks_of_people_are_not(text):
    assert spots(text) == []


def test_a_word_of_another_script_in_a_czech_sentence_is_found():
    assert spots("Sešli se na вокзалі v poledne.", "cs") == ["вокзалі"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Sešli se na „вокзалі“ v poledne.", "cs"),
        ("Sešli se na (вокзал) v poledne.", "cs"),
        ("Skupina Кино hrála.", "cs"),
        ("slovo вокзал znamená", "cs"),
        ("They met at вокзал in the afternoon.", "en"),
    ],
)
def test_quoted_bracketed_and_foreign_to_small_words_are_not(text, language):
    assert spots(text, language) == []


def test_count_and_density_go_with_the_hits():
    found = measure("⁇ and ⁇ " + "word " * 19)
    assert (found["residue_count"], found["residue_density"]) == (2, 100.0)


def test_a_clean_text_has_none_and_a_blank_one_is_not_measured():
    assert measure("Nothing.")["residue_count"] == 0
    assert measure(" ")["residue_count"] is None
