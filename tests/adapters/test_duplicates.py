"""Adding what is new while documents stream by, and signatures that go both ways."""

import pickle
import random

import polars as pl
import pytest
from datasketch import MinHash, MinHashLSH

import provenance
from provenance.adapters.duplicates import hash_shingle, to_minhash
from provenance.dedup import DedupOptions, sign_batch
from provenance.errors import ConfigError
from provenance.text.words import WORD

WORDS = [f"word{i}" for i in range(900)]


def make_texts(n: int) -> list[str]:
    """Texts of 80 words, one in three a copy of an earlier one with its last word changed."""
    rng = random.Random(2)
    texts: list[str] = []
    for i in range(n):
        text = rng.choice(texts).rsplit(" ", 1)[0] + " changed" if i % 3 == 2 else " ".join(rng.choices(WORDS, k=80))
        texts.append(text)
    return texts


def test_what_is_new_passes_and_copies_do_not():
    texts = make_texts(60)
    keep = provenance.NearDuplicates()
    assert [keep(text) for text in texts] == [i % 3 != 2 for i in range(60)]
    assert len(keep) == 40


def test_texts_one_by_one_and_in_batches_of_every_form_give_the_same():
    texts = make_texts(60)
    expected = [i % 3 != 2 for i in range(60)]
    assert provenance.NearDuplicates()(texts) == expected
    assert provenance.NearDuplicates()({"text": texts, "n": list(range(60))}) == expected
    assert provenance.NearDuplicates()(pl.DataFrame({"text": texts})) == expected
    keep = provenance.NearDuplicates(text_column="body")
    assert [keep({"body": text}) for text in texts] == expected


def test_short_texts_are_copies_of_equal_ones_only_and_null_of_nothing():
    given = ["one two", "one  two", "one two three", None, None, "", ""]
    assert provenance.NearDuplicates()(given) == [True, False, True, True, True, True, False]


def test_the_threshold_decides():
    base = " ".join(WORDS[:100])
    edited = " ".join([*WORDS[:90], *WORDS[800:810]])  # 86 of 106 shingles in common
    assert provenance.NearDuplicates(threshold=0.6)([base, edited]) == [True, False]
    assert provenance.NearDuplicates(threshold=0.95)([base, edited]) == [True, True]


def test_a_filter_can_be_pickled_and_goes_on():
    texts = make_texts(30)
    keep = provenance.NearDuplicates()
    keep(texts)
    assert pickle.loads(pickle.dumps(keep))(texts) == [False] * 30


@pytest.mark.parametrize("given", [{"body": "x"}, pl.DataFrame({"body": ["x"]}), 5])
def test_what_holds_no_text_is_refused(given):
    with pytest.raises(ConfigError, match=r"no column 'text'|not int"):
        provenance.NearDuplicates()(given)


def shingles_of(text: str) -> list[str]:
    words = pl.Series([text]).str.extract_all(WORD)[0].to_list()
    return [" ".join(words[i : i + 5]) for i in range(len(words) - 4)]


def test_signatures_go_both_ways():
    texts = [*make_texts(30), "Ein Satz, der Umlaute hat: ÄÖÜ, mit Bindestrich-Wörtern und 3 Zahlen"]
    ours = sign_batch(pl.DataFrame({"doc_id": texts, "text": texts}), DedupOptions())["signature"].to_list()
    for text, signature in zip(texts, ours, strict=True):
        theirs = MinHash(128, seed=1, scheme="affine32", hashfunc=hash_shingle)
        theirs.update_batch(shingles_of(text))
        assert theirs.hashvalues.tolist() == signature == to_minhash(signature).hashvalues.tolist()
        assert to_minhash(signature).jaccard(theirs) == 1.0


def test_a_sketch_made_of_a_signature_takes_more_shingles():
    texts = [" ".join(WORDS[:20]), " ".join(WORDS[:21])]
    ours = sign_batch(pl.DataFrame({"doc_id": texts, "text": texts}), DedupOptions())["signature"].to_list()
    sketch = to_minhash(ours[0])
    sketch.update(" ".join(WORDS[16:21]))
    assert sketch.hashvalues.tolist() == ours[1]


def test_an_index_of_datasketch_finds_our_signatures_by_its_own():
    texts = make_texts(90)
    ours = sign_batch(pl.DataFrame({"doc_id": texts, "text": texts}), DedupOptions())["signature"].to_list()
    index = MinHashLSH(num_perm=128, params=(16, 8))
    for i, signature in enumerate(ours):
        index.insert(i, to_minhash(signature))
    for text, signature in zip(texts[::9], ours[::9], strict=True):
        theirs = MinHash(128, seed=1, scheme="affine32", hashfunc=hash_shingle)
        theirs.update_batch(shingles_of(text))
        banded = {
            i for i, other in enumerate(ours) if any(signature[b : b + 8] == other[b : b + 8] for b in range(0, 128, 8))
        }
        assert set(index.query(theirs)) == banded
