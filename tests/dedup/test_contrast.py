"""Contrast pairs: what is a deliberate flip, and what is a copy with edits."""

import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.dedup.contrast import CONTRAST_DTYPE, Contrast, find_contrast, flag_contrasts
from provenance.dedup.contrast.cues import LANGUAGES, LEXICONS, ContrastKind, load_cues

DEVELOPMENT = Path(__file__).parents[2] / "fixtures" / "contrast" / "development.jsonl"
PAIRS = [json.loads(line) for line in DEVELOPMENT.read_text(encoding="utf-8").splitlines()]
PAIR_ROLES = ("with_without", "comparison", "antonym")
FILLER = "The bean pot on page three is the one our readers write to us about, with rice or bread. " * 60


def kind_of(left: str, right: str, language: str | None = "en") -> str | None:
    found = find_contrast(left, right, language)
    return None if found is None else found.kind.value


@pytest.mark.parametrize(
    ("left", "right", "language", "kind"),
    [
        ("The lift does not work on Sundays.", "The lift works on Sundays.", "en", "negation"),
        ("They didn’t go home.", "They went home.", "en", "negation"),
        ("Wir haben keine Garage.", "Wir haben eine Garage.", "de", "negation"),
        ("Les trains circulent.", "Aucun train ne circule.", "fr", "negation"),
        ("No hay nadie en casa.", "Hay alguien en casa.", "es", "negation"),
        ("Spazieren mit dem Hund", "Spazieren ohne den Hund", "de", "with_without"),
        ("Un café avec du sucre", "Un café sans sucre", "fr", "with_without"),
        ("Take it before meals.", "Take it after meals.", "en", "comparison"),
        ("Ouvrez la vanne.", "Fermez la vanne.", "fr", "antonym"),
        ("La puerta está abierta.", "La puerta está cerrada.", "es", "antonym"),
        ("It is usable in winter.", "It is unusable in winter.", "en", "negation"),
        ("Serves four people.", "Serves 6 people.", "en", "number"),
        ("The final ended 3:1 after a goal.", "The final ended 3:2 after a goal.", "en", "number"),
        ("Man darf weder Hunde noch Katzen halten.", "Man darf Hunde und Katzen halten.", "de", "negation"),
        ("The inn is close to the pier.", "The inn is far from the pier.", "en", "antonym"),
    ],
)
def test_a_flip_and_the_agreement_it_brings_is_a_contrast(left: str, right: str, language: str, kind: str):
    assert kind_of(left, right, language) == kind


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("The lift is not new.", "The lift is not yellow."),
        ("The flat is not cheap.", "The flat is expensive."),
        ("The hall does not have any heating.", "The hall has no heating."),
        ("It is open today.", "It is not open today, says Ann."),
        ("It is open on Monday, not later.", "It is closed on Tuesday, not later."),
        ("Mix two eggs.", "Mix 2 eggs."),
        ("The can is inflammable.", "The can is flammable."),
    ],
)
def test_another_difference_or_none_in_meaning_is_no_contrast(left: str, right: str):
    assert kind_of(left, right) is None


@pytest.mark.parametrize(
    ("left", "right", "language"),
    [
        ("It ends on 3 May at the pier.", "It ends on 4 May at the pier.", "en"),
        ("Doors open at 7 pm.", "Doors open at 8 pm.", "en"),
        ("It starts at 2 p.m. and is free.", "It starts at 4 p.m. and is free.", "en"),
        ("41 people found this review helpful.", "52 people found this review helpful.", "en"),
        ("Showing 1–24 of 310 results, newest first.", "Showing 25–48 of 310 results, newest first.", "en"),
        ("Please call 555 0178 before noon.", "Please call 555 0142 before noon.", "en"),
        ("Der Topf, jetzt nur 39,90 €. Ohne Deckel.", "Der Topf, jetzt nur 44,50 €. Ohne Deckel.", "de"),
        ("Founded in 1921 by a baker.", "Founded in 1931 by a baker.", "en"),
        ("Oiling wood\n1,204 views\nSand it.", "Oiling wood\n1,377 views\nSand it.", "en"),
        ("Needs version 3.2 or newer.", "Needs version 3.4 or newer.", "en"),
        ("Shelf\n€ 12.50\nAdd to cart", "Shelf\n€ 13.50\nAdd to cart", "en"),
        ("Aktualisiert vor 3 Tagen, sagt sie.", "Aktualisiert vor 5 Tagen, sagt sie.", "de"),
        ("Rendez-vous à 14h30 ici.", "Rendez-vous à 15h30 ici.", "fr"),
        ("Empieza a las 19 en casa.", "Empieza a las 20 en casa.", "es"),
    ],
)
def test_a_number_that_only_counts_the_page_is_no_contrast(left: str, right: str, language: str):
    assert kind_of(left, right, language) is None
    assert kind_of(left, right, None) is None


def test_case_marks_and_white_space_are_no_difference():
    assert find_contrast("Open: the  gate!", "open - The gate", "en") is None
    assert kind_of("OPEN: the  gate!", "closed - The gate") == "antonym"


def test_the_differing_words_are_told():
    left, right = "Soup with meat. Fry it with oil.", "Soup without meat. Fry it without oil."
    assert find_contrast(left, right, "en") == Contrast(
        ContrastKind.WITH_WITHOUT, "with meat fry it with", "without meat fry it without"
    )


def test_a_flip_is_found_at_both_ends_of_a_long_text():
    assert kind_of(f"It is open. {FILLER} With milk.", f"It is closed. {FILLER} Without milk.") == "with_without"


def test_a_flip_repeated_through_a_page_is_one_but_many_different_flips_are_an_edit():
    rows = [f"{word} we say, and then again the whole story of this little town by the sea." for word in "abcd"]
    same = [" ".join(f"It is {word} here, {row}" for row in rows) for word in ("open", "closed")]
    assert kind_of(*same) == "antonym"
    pairs = [("open", "closed"), ("hot", "cold"), ("cheap", "expensive"), ("wide", "narrow")]
    varied = [
        " ".join(f"It is {pair[side]} here, {row}" for pair, row in zip(pairs, rows, strict=True)) for side in (0, 1)
    ]
    assert kind_of(*varied) is None


def test_a_language_without_lists_has_no_contrasts():
    assert find_contrast("con 3 uova", "senza 3 uova", "it") is None
    assert find_contrast("with 3 eggs", "with 5 eggs", "it") is None


def test_a_flip_beside_a_chapter_more_is_no_contrast():
    assert find_contrast("It is open.", "It is not open. " + FILLER, "en") is None


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["id"])
def test_the_order_of_the_texts_does_not_matter(pair: dict[str, str]):
    one = find_contrast(pair["left"], pair["right"], pair["language"])
    other = find_contrast(pair["right"], pair["left"], pair["language"])
    assert (one and (one.kind, one.left, one.right)) == (other and (other.kind, other.right, other.left))


@pytest.mark.parametrize("language", [None, *LANGUAGES])
def test_the_development_set_is_told_apart(language: str | None):
    some = [pair for pair in PAIRS if language in (None, pair["language"])]
    asked = None if language is None else language
    wrong = [
        pair["id"]
        for pair in some
        if (find_contrast(pair["left"], pair["right"], asked) is None) != (pair["label"] == "none")
    ]
    assert len(wrong) <= 0.03 * len(some), wrong


@given(st.text(alphabet="ab notwih1.\n'’-/", max_size=60), st.text(alphabet="ab notwih1.\n'’-/", max_size=60))
def test_any_two_texts_can_be_compared(left: str, right: str):
    assert find_contrast(left, left, None) is None
    one, other = find_contrast(left, right, None), find_contrast(right, left, None)
    assert (one is None) == (other is None)


def test_a_column_is_flagged_row_for_row():
    rows = [
        ("With milk.", "Without milk.", "en"),
        (None, "Without milk.", "en"),
        ("Mit Hund", "Ohne Hund", None),
        ("With milk.", "With oil.", "en"),
    ]
    pairs = pl.DataFrame(rows, schema=["left", "right", "language"], orient="row")
    flagged = flag_contrasts(pairs)
    assert flagged.to_list() == [
        {"kind": "with_without", "left": "with", "right": "without"},
        None,
        {"kind": "with_without", "left": "mit", "right": "ohne"},
        None,
    ]
    assert flagged.dtype == flag_contrasts(pairs.clear()).dtype == CONTRAST_DTYPE


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_pair_opposes_a_word_to_itself(language: str):
    rows = [line.split("\t") for line in (LEXICONS / f"{language}.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    assert [left for role, left, right in rows if role in PAIR_ROLES and set(left.split()) & set(right.split())] == []


def test_all_lists_know_the_same_roles_but_those_of_one_language():
    own = {"article", "concord", "negator_with_ne", "suffix_pair", "prefix_exception"}
    own |= {"age_before", "age_after", "clock_before", "clock_hours", "clock_lead"}
    roles = [set(load_cues(language).words) - own for language in LANGUAGES]
    assert all(some == roles[0] for some in roles)
