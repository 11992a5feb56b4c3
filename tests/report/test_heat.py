"""Shades lose no character of the text, keep to their words and say by their depth how much a place moved."""

import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.report.excerpt import Span
from provenance.report.heat import Heat, Token, Window, draw_bars, find_step, list_borders, split_heat

TEXT = "one two three four"
PLACES = [(0, 3), (4, 7), (8, 13), (14, 18)]


def heat(*smoothed: float, text: str = TEXT, windows: int = 1) -> Heat:
    places = [(found.start(), found.end()) for found in re.finditer(r"\S+", text)]
    tokens = tuple(
        Token(*place, 2 * each, each, i * windows // len(places))
        for i, (place, each) in enumerate(zip(places, smoothed, strict=True))
    )
    parts = [[token for token in tokens if token.window == number] for number in range(windows)]
    return Heat(tokens, tuple(Window(p[0].start, p[-1].end, len(p), sum(t.nats for t in p)) for p in parts))


def pieces(text: str, spans: list[Span], made: Heat | None) -> list[tuple[str, str]]:
    return [(piece.text, piece.shade) for stretch in split_heat(text, spans, made) for piece in stretch.pieces]


def test_deeper_shades_are_stronger_and_signs_are_apart() -> None:
    found = pieces(TEXT, [], heat(4.0, 1.0, -2.2, 0.5))
    assert [(text, shade) for text, shade in found if text.strip()] == [
        ("one", "f4"),
        ("two", "f1"),
        ("three", "a2"),
        ("four", ""),
    ]


def test_a_space_between_two_of_one_shade_is_shaded() -> None:
    assert pieces("one two  six ten", [], heat(1.0, 1.0, 1.0, 1.0, text="one two  six ten")) == [
        ("one ", "f4"),
        ("two", "f4"),
        ("  ", ""),
        ("six ", "f4"),
        ("ten", "f4"),
    ]


def test_every_word_has_its_own_nats_shaded_or_not() -> None:
    titles = [piece.title for stretch in split_heat(TEXT, [], heat(4.0, 1.0, -2.2, 0.5)) for piece in stretch.pieces]
    assert [title for title in titles if title] == ["+8.000 nats", "+2.000 nats", "\u22124.400 nats", "+1.000 nats"]


def test_what_was_found_is_one_mark_around_its_shades() -> None:
    stretches = split_heat(TEXT, [Span(4, 13, "calque", "German")], heat(1.0, 1.0, -1.0, 1.0))
    marked = [stretch for stretch in stretches if stretch.segment.marked]
    assert [[piece.text for piece in stretch.pieces] for stretch in marked] == [["two", " ", "three"]]


def test_a_mark_that_cuts_a_word_leaves_both_parts_shaded() -> None:
    found = pieces(TEXT, [Span(5, 9, "unicode", "")], heat(-1.0, 1.0, 1.0, -1.0))
    assert found[2:6] == [("t", "f4"), ("wo ", "f4"), ("t", "f4"), ("hree", "f4")]


def test_a_window_is_told_where_it_begins_and_where_reading_stops() -> None:
    text = TEXT + " unread"
    made = heat(1.0, 1.0, -1.0, -1.0, windows=2)
    notes = [
        (piece.note, piece.text) for stretch in split_heat(text, [], made) for piece in stretch.pieces if piece.note
    ]
    assert notes == [
        ("window 1: +4.0 nats", "one "),
        ("window 2: \u22124.0 nats", "three "),
        ("the models stop reading here", " unread"),
    ]


def test_without_heat_nothing_is_shaded() -> None:
    assert pieces(TEXT, [], None) == [(TEXT, "")]


def test_a_text_that_moved_nothing_has_no_shade() -> None:
    assert {shade for _, shade in pieces(TEXT, [], heat(0.0, 0.0, 0.0, 0.0))} == {""}
    assert find_step(()) == 0.0


spans = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda pair: Span(*pair, "phrase")), max_size=5)


@given(st.text(alphabet="ab 😀\n", max_size=40), spans, st.randoms(use_true_random=False), st.integers(1, 3))
def test_no_character_is_lost(text: str, marked: list[Span], random, windows: int) -> None:
    n = len(text.split())
    made = heat(*(random.uniform(-1, 1) for _ in range(n)), text=text, windows=min(windows, n)) if n else None
    assert "".join(piece for piece, _ in pieces(text, marked, made)) == text


def test_bars_share_the_width_and_the_highest_is_full() -> None:
    text = " ".join(["word"] * 30)
    made = heat(*([1.0] * 15), *([-2.0] * 15), text=text, windows=2)
    bars = draw_bars(made)
    assert [round(bar.width * 30) for bar in bars] == [12, 3, 12, 3]
    assert [round(bar.left * 30) for bar in bars] == [0, 12, 15, 27]
    assert [bar.height for bar in bars] == pytest.approx([0.5, 0.125, -1.0, -0.25])
    assert bars[0].text == "characters 0 to 59: +24.000 nats"
    assert list_borders(made) == (0.5,)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _schemes() -> dict[str, dict[str, str]]:
    style = files("provenance.report").joinpath("templates/style.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", block)) for block in blocks]
    full = [
        {name: c if len(c) == 7 else "#" + "".join(2 * d for d in c[1:]) for name, c in each.items()} for each in found
    ]
    return dict(zip(("light", "dark", "print"), full, strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
@pytest.mark.parametrize("shade", [f"{side}{level}" for side in "fa" for level in (1, 2, 3, 4)])
def test_text_on_every_shade_is_readable(scheme: str, shade: str) -> None:
    colours = _schemes()[scheme]
    darker, lighter = sorted((_luminance(colours["ink"]), _luminance(colours[shade])))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5  # WCAG 2.2, success criterion 1.4.3, AA


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_shades_of_the_two_sides_differ_in_blue_against_red(scheme: str) -> None:
    """Blue against yellow and orange is what the commonest colour blindness leaves (protan, deutan)."""
    colours = _schemes()[scheme]
    for level in (1, 2, 3, 4):
        sides = [colours[f"{side}{level}"] for side in "fa"]
        warm, cool = (int(each[5:7], 16) - int(each[1:3], 16) for each in sides)
        assert warm < 0 < cool


def test_nothing_is_left_to_read_after_the_last_word() -> None:
    made = heat(1.0, 1.0, 1.0, 1.0)
    notes = [piece.note for stretch in split_heat(TEXT + " \n", [], made) for piece in stretch.pieces if piece.note]
    assert notes == ["window 1: +8.0 nats"]
