"""Vocabularies: which class a token has, and that a class is what `names` says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.text.delexicalise import Vocabulary, join_classes
from provenance.text.tokens import MARKS, split_tokens
from provenance.text.windows import cut_windows

VOCABULARY = Vocabulary(("the", "ran", "don't", "家"), ("ing", "ed", "ng", "ion"))
WORDS = st.lists(st.text("abcdefghij", min_size=1, max_size=6), unique=True, max_size=60)


def classes(text: str, vocabulary: Vocabulary = VOCABULARY) -> list[str]:
    found: list[str] = vocabulary.names[vocabulary.classify(split_tokens([text]))].tolist()
    return found


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("The", "the"),
        ("DON'T", "don't"),
        ("walking", "x-ing"),
        ("WALKING", "x-ing"),
        ("traded", "x-ed"),
        ("among", "x-ng"),
        ("nation", "x-ion"),
        ("ding", "x"),  # too short to carry a suffix
        ("boats", "x"),
        ("I", "x"),
        ("7", "9"),
        ("2024", "9999"),
        ("123456789", "99999"),
        (",", ","),
        ("...", ".."),
        ("家", "家"),
        ("族", "x"),
        ("kultuéing", "x-ing"),
        ("naïvété", "x"),
        ("l'été'd", "x"),
        ("élevéng", "x-ng"),
    ],
)
def test_a_token_has_its_class(token: str, expected: str) -> None:
    assert classes(token) == [expected]


def test_every_mark_has_a_class_single_and_double() -> None:
    marks = [mark for mark in MARKS if mark != "'"]
    assert classes(" ".join(marks)) == marks
    assert classes(" ".join(mark * 3 for mark in marks)) == [mark * 2 for mark in marks]


def test_tokens_keep_their_order() -> None:
    assert classes("boat the boat, 12") == ["x", "the", "x", ",", "99"]


def test_an_empty_vocabulary_knows_numbers_and_marks() -> None:
    assert classes("The walking, 12", Vocabulary(())) == ["x", "x", ",", "99"]


def test_suffixes_alone_are_a_vocabulary() -> None:
    assert classes("The walking", Vocabulary((), ("ing",))) == ["x", "x-ing"]


def test_no_tokens_have_no_classes() -> None:
    assert classes("") == []


def test_rendering_then_parsing_is_identity() -> None:
    assert Vocabulary.parse(VOCABULARY.render()) == VOCABULARY


def test_an_empty_vocabulary_renders_and_parses() -> None:
    assert Vocabulary.parse(Vocabulary(()).render()) == Vocabulary(())


@pytest.mark.parametrize("suffix", ["s", "tion"])
def test_a_suffix_of_another_length_is_refused(suffix: str) -> None:
    with pytest.raises(ValueError, match=f"two or three letters, not '{suffix}'"):
        Vocabulary((), (suffix,))


@pytest.mark.parametrize("word", ["two words", "", "well-known"])
def test_a_kept_word_that_is_not_one_token_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="must be one token"):
        classes("a", Vocabulary((word,)))


@given(WORDS, WORDS)
def test_a_kept_word_is_itself_and_no_other_is(kept: list[str], others: list[str]) -> None:
    vocabulary = Vocabulary(tuple(kept))
    expected = [word if word in kept else "x" for word in [*kept, *others]]
    assert classes(" ".join([*kept, *others]), vocabulary) == expected


def _spell(number: int) -> str:
    return "".join(chr(97 + number // 26**place % 26) for place in range(4))


def test_words_that_share_a_slot_are_told_apart() -> None:
    words = [_spell(number) for number in range(5000)]
    slots = split_tokens(words).hashes >> np.uint64(48)
    assert len(np.unique(slots)) < 5000  # else this tests nothing
    assert classes(" ".join(words), Vocabulary(tuple(words))) == words


def test_words_that_share_both_slots_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = np.array([7, 8, 9], np.uint64)
    monkeypatch.setattr("provenance.text.delexicalise._hash_words", lambda words: hashes)
    with pytest.raises(ValueError, match="share both slots"):
        Vocabulary(("a", "b", "c")).classify(split_tokens(["a"]))


@settings(max_examples=50)
@given(st.text(), st.booleans())
def test_no_class_has_a_space(text: str, suffixes: bool) -> None:
    vocabulary = VOCABULARY if suffixes else Vocabulary(())
    assert not any(set(name) & set(" \n\t\r") for name in classes(text, vocabulary))


def test_windows_become_lines_of_classes() -> None:
    windows = cut_windows(split_tokens(["The boat ran. Walking", "", "don't"]), words=3, max_words=4)
    assert join_classes(windows, VOCABULARY) == ["the x ran . x-ing", "don't"]


def test_rare_words_cannot_be_read_out_of_a_line() -> None:
    windows = cut_windows(split_tokens(["Zanzibar's Quetzalcoatlus 31415926"]))
    assert join_classes(windows, VOCABULARY) == ["x x 99999"]


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("situação", "x-ção"),
        ("liberté", "x-té"),
        ("lernéed", "x-ed"),
        ("ação", "x"),
        ("liberta", "x"),
        ("shan't", "x-'t"),
    ],
)
def test_suffixes_of_other_letters_than_a_to_z(token: str, expected: str) -> None:
    assert classes(token, Vocabulary(("the",), ("ção", "té", "ed", "'t"))) == [expected]
