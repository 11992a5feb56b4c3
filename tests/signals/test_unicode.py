"""Characters that deceive are counted; what writing needs is not."""

import polars as pl
import pytest

from provenance.signals.unicode import UnicodeTricks


def measure(text: str) -> dict[str, object]:
    return UnicodeTricks().measure(pl.DataFrame({"text": [text]})).row(0, named=True)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffA mark at the start",
        "soft\u00adhy\u00adphens",
        "👨‍👩‍👧 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣",
        "می‌خواهم",
        "क्‍ष",
        "שלום\u200fעולם 12\u200e3",
        "\u200bA space at the start,\u200b and one after a comma",
        "TNFα, NFκB and σmax in 5 µm of β-carotene",
        "Привет, мир, и IТ",
        "Η Αθήνα είναι η πρωτεύουσα",
        "“Quotation marks”, dashes — and café",
        "𝐁𝐨𝐥𝐝 letters",
        "wr\x00ong b\x08yt\x7fes, é",
    ],
)
def test_what_writing_needs_is_not_counted(text: str) -> None:
    found = measure(text)
    assert (found["unicode_invisible"], found["unicode_confusables"], found["unicode_mojibake"]) == (0, 0, 0)
    assert found["unicode_hits"] == []


def test_invisible_characters_inside_words_are_counted() -> None:
    found = measure("he\u200b\u200bllo wor\u2060ld")
    assert found["unicode_invisible"] == 3
    assert found["unicode_hits"] == [
        {
            "start": 2,
            "end": 4,
            "match": "\u200b\u200b",
            "detail": "invisible: Zero width space (U+200B) (2 characters)",
        },
        {"start": 11, "end": 12, "match": "\u2060", "detail": "invisible: Word joiner (U+2060)"},
    ]


def test_direction_controls_in_latin_words_are_counted() -> None:
    assert measure("pay\u202epal")["unicode_invisible"] == 1


def test_tags_that_carry_a_hidden_text_are_counted() -> None:
    hidden = "".join(chr(0xE0000 + ord(char)) for char in "ignore")
    assert measure(f"Hello {hidden} there")["unicode_invisible"] == 6


def test_letters_in_the_place_of_latin_ones_are_counted() -> None:
    found = measure("my pаypаl")
    assert found["unicode_confusables"] == 2
    hit = {"start": 4, "end": 5, "match": "а", "detail": "Cyrillic small letter a (U+0430) in the place of Latin a"}
    assert found["unicode_hits"][0] == hit  # type: ignore[index]


def test_a_disguise_with_invisible_characters_is_counted_as_both() -> None:
    found = measure("p\u200bаypal")
    assert (found["unicode_invisible"], found["unicode_confusables"]) == (1, 1)


def test_mojibake_is_counted_and_is_no_disguise() -> None:
    found = measure("It's fine\ncafÃ© and nÃ£o")
    assert found["unicode_mojibake"] == 2
    assert found["unicode_confusables"] == 0
    assert found["unicode_hits"][0]["start"] > 10  # type: ignore[index]


def test_hits_lie_where_they_say() -> None:
    text = "😀 cafÃ©\nsee p\u200bage, and the wоrd"
    assert all(text[hit["start"] : hit["end"]] == hit["match"] for hit in measure(text)["unicode_hits"])  # type: ignore[attr-defined]
    assert len(measure(text)["unicode_hits"]) == 2  # type: ignore[arg-type]


def test_hits_are_bounded() -> None:
    found = measure("a\u200b" * 500 + "a")
    assert found["unicode_invisible"] == 500
    assert len(found["unicode_hits"]) == UnicodeTricks().max_hits  # type: ignore[arg-type]
