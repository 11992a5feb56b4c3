"""Cutting and marking text loses nothing and moves every span with its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.report.excerpt import Segment, Span, cut_excerpt, split_segments

TEXT = "Visitors saw the hamster buying of the year."
CALQUE = Span(17, 31, "calque", "German Hamsterkauf")

spans_of_100 = st.lists(st.tuples(st.integers(-5, 100), st.integers(-5, 120)).map(lambda pair: Span(*pair, "phrase")))


def test_a_marked_piece_names_its_signal_and_detail():
    pieces = split_segments(TEXT, [CALQUE])
    assert pieces[1] == Segment("hamster buying", "calque: German Hamsterkauf", "calque")


@given(st.text(min_size=0, max_size=100), spans_of_100)
def test_segments_are_the_text_in_order(text: str, spans: list[Span]):
    assert "".join(segment.text for segment in split_segments(text, spans)) == text


def test_overlapping_spans_share_the_titles_of_both():
    pieces = split_segments("abcdef", [Span(0, 4, "phrase"), Span(2, 6, "calque")])
    assert [(piece.text, piece.title) for piece in pieces] == [
        ("ab", "phrase"),
        ("cd", "phrase; calque"),
        ("ef", "calque"),
    ]


def test_a_span_outside_the_text_marks_nothing():
    assert split_segments("short", [Span(3, 99, "phrase")]) == (Segment("short"),)


def test_offsets_count_code_points():
    pieces = split_segments("😀😀 hamster", [Span(3, 10, "calque")])
    assert pieces[-1].text == "hamster"


def test_a_short_text_is_not_cut():
    assert cut_excerpt(TEXT, [CALQUE], 100) == (TEXT, (CALQUE,))


def test_a_long_text_is_cut_around_its_evidence():
    long = "word " * 400 + TEXT + " word" * 400
    start = long.index("hamster")
    text, spans = cut_excerpt(long, [Span(start, start + 14, "calque")], 200)
    assert text.startswith("…")
    assert text.endswith("…")
    assert [text[span.start : span.end] for span in spans] == ["hamster buying"]


def test_a_long_text_without_evidence_is_cut_after_its_beginning():
    text, _ = cut_excerpt("word " * 400, [], 50)
    assert text == "word " * 9 + "word…"


def test_a_long_text_is_cut_where_the_evidence_is_densest():
    long = "a" * 50 + " " + "b " * 1000 + "cc dd ee"
    near = [long.index(pair) for pair in ("cc", "dd", "ee")]
    _, spans = cut_excerpt(long, [Span(0, 50, "phrase"), *(Span(at, at + 2, "calque") for at in near)], 60)
    assert [span.label for span in spans] == ["calque"] * 3


@given(st.text(alphabet="ab \n", min_size=1, max_size=100), spans_of_100, st.integers(1, 60))
def test_a_cut_span_still_marks_its_own_words(text: str, spans: list[Span], length: int):
    cut, moved = cut_excerpt(text, spans, length)
    assert all(cut[span.start : span.end] in text for span in moved)


@pytest.mark.parametrize("spans", [[], [CALQUE]])
def test_an_empty_text_has_no_segments_to_mark(spans: list[Span]):
    assert not any(segment.marked for segment in split_segments("", spans))
