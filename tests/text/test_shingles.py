"""Shingle hashes against a plain reading of their definition."""

import re
import unicodedata

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.text.shingles import BASE, JOINERS, STEP, find_words, hash_shingles
from provenance.text.words import WORD

ALPHABET = "abBzÄäéΣσς12'’‑- \n.,!漢字かなไทยمرحبا\u0301🙂\x00İß"
TEXTS = st.text(st.sampled_from(ALPHABET), max_size=200) | st.text(max_size=100)
M64 = (1 << 64) - 1


def words_by_pattern(text: str) -> list[str]:
    return pl.Series([text]).str.extract_all(WORD).to_list()[0]


def words_by_kernel(text: str) -> list[str]:
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    _, starts, ends = find_words(codes)
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def fmix64(value: int) -> int:
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value ^= value >> 33
        value = value * factor & M64
    return value ^ value >> 33


def lower(character: str) -> str:
    lowered = pl.Series([character]).str.to_lowercase()[0]
    return lowered if len(lowered) == 1 else character


def shingles_by_definition(text: str, size: int) -> list[int]:
    words = words_by_pattern(unicodedata.normalize("NFC", text))
    lowered = [[ord(lower(c)) for c in word] for word in words]
    hashes = [fmix64(sum(c * pow(BASE, j, 1 << 64) for j, c in enumerate(word)) & M64) for word in lowered]
    runs = [hashes[i : i + size] for i in range(len(hashes) - size + 1)]
    return [(sum(w * pow(STEP, i, 1 << 64) for i, w in enumerate(run)) & M64) >> 32 for run in runs]


def shingles_of(text: str, words: int = 5) -> list[int]:
    return hash_shingles([text], words=words).hashes.tolist()


@settings(deadline=None)
@given(TEXTS)
def test_words_are_those_of_the_word_pattern(text):
    assert words_by_kernel(text) == words_by_pattern(text)


def test_joiners_are_those_of_the_word_pattern():
    assert set(re.findall(r"\(\?:\[(.*?)\]\[", WORD)[0]) == set(JOINERS)


@settings(deadline=None)
@given(TEXTS, st.integers(1, 6))
def test_hashes_are_what_the_definition_says(text, size):
    assert shingles_of(text, size) == shingles_by_definition(text, size)


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=8))
def test_a_text_is_hashed_the_same_whatever_stands_beside_it(texts):
    together = hash_shingles(texts, words=3)
    cuts = zip(together.offsets[:-1], together.offsets[1:], strict=True)
    assert [together.hashes[a:b].tolist() for a, b in cuts] == [shingles_of(text, 3) for text in texts]


def test_case_and_composition_do_not_count():
    assert shingles_of("Ein schöner Tag am Meer") == shingles_of("EIN SCHO\u0308NER TAG AM MEER")


def test_punctuation_and_white_space_do_not_count():
    assert shingles_of("one two three four five") == shingles_of("One, two;\n\nthree - four (five)!")


def test_order_of_words_counts():
    assert shingles_of("one two three four five") != shingles_of("two one three four five")


def test_order_of_letters_counts():
    assert shingles_of("on a silent night out") != shingles_of("on a listen night out")


def test_fewer_words_than_a_shingle_give_none():
    assert shingles_of("one two three four") == []


def test_no_texts_give_no_documents():
    assert hash_shingles([], words=5).offsets.tolist() == [0]


def test_a_text_longer_than_a_piece_is_hashed_by_definition():
    text = " ".join(f"word{i}" for i in range(20_000))
    assert shingles_of(text)[-3:] == shingles_by_definition(text[-200:], 5)[-3:]


def test_a_word_longer_than_a_piece_is_hashed_whole():
    assert shingles_of("a" * 70_000 + "b", 1) != shingles_of("a" * 70_000 + "c", 1)
