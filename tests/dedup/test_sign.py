"""The signatures table."""

import polars as pl
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.dedup import DedupOptions, hash_exactly, sign_batch
from provenance.errors import ConfigError
from provenance.schema import SIGNATURES
from provenance.text.shingles import hash_shingles

TEXTS = st.lists(st.text(st.sampled_from("abc AB.\n漢字"), max_size=80), max_size=12)


def documents(texts: list[str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        {"doc_id": [f"d{i}" for i in range(len(texts))], "text": texts},
        schema={"doc_id": pl.String, "text": pl.String},
    )


def sign(texts: list[str | None], **options: int) -> pl.DataFrame:
    return sign_batch(documents(texts), DedupOptions(**options))


@settings(deadline=None)
@given(TEXTS, st.integers(0, 12))
def test_a_batch_is_signed_the_same_in_parts(texts, cut):
    parts = [sign(texts[:cut]), sign(texts[cut:])]
    columns = ["signature", "exact_hash"]
    assert pl.concat(parts).select(columns).equals(sign(texts).select(columns))


def test_the_table_has_the_declared_columns():
    assert sign(["a b c d e f", ""]).schema == SIGNATURES.schema


def test_no_documents_give_an_empty_table():
    assert sign([]).equals(SIGNATURES.empty())


def test_a_signature_equals_datasketch_on_the_shingles_of_the_text():
    text = "The quick brown fox jumps over the lazy dog, and the dog sleeps on."
    sketch = MinHash(num_perm=64, seed=3, scheme="affine32", hashfunc=int)
    sketch.update_batch(hash_shingles([text], words=4).hashes.tolist())
    frame = sign([text], num_perm=64, seed=3, shingle_words=4, bands=8)
    assert frame["signature"][0].to_list() == sketch.hashvalues.tolist()


def test_a_text_shorter_than_a_shingle_has_no_signature():
    assert sign(["one two three four", "one two three four five"])["signature"].is_null().to_list() == [True, False]


def test_a_null_text_is_signed_as_an_empty_one():
    frame = sign([None, ""])
    assert frame["exact_hash"][0] == frame["exact_hash"][1]


def test_a_word_a_hundred_thousand_times_is_one_shingle():
    frame = sign(["spam " * 100_000, "spam spam spam spam spam"])
    assert frame["signature"][0].equals(frame["signature"][1])


def test_exact_hash_folds_white_space():
    assert hash_exactly(" a\u00a0b\n\n c\t") == hash_exactly("a b c")


def test_exact_hash_folds_composition():
    assert hash_exactly("scho\u0308n") == hash_exactly("schön")


def test_exact_hash_tells_case_and_punctuation():
    assert len({hash_exactly(text) for text in ("a b", "A b", "a b.", "ab")}) == 4


def test_exact_hash_is_blake2b_of_sixteen_bytes():
    assert hash_exactly("abc").hex() == "cf4ab791c62b8d2b2109c90275287816"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("num_perm", 0),
        ("bands", 0),
        ("rows", 9),
        ("shingle_words", 0),
        ("threshold", 0.0),
        ("threshold", 1.1),
        ("seed", -1),
    ],
)
def test_options_out_of_range_name_the_option(name, value):
    with pytest.raises(ConfigError, match=f"dedup.{name}"):
        DedupOptions(**{name: value})
