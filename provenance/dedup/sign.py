"""Documents -> signatures: what the search for duplicates knows of a text."""

import hashlib
import unicodedata

import numpy as np
import polars as pl

from provenance.dedup.minhash import sign_shingles
from provenance.dedup.options import DedupOptions
from provenance.schema import SIGNATURES
from provenance.text.shingles import hash_shingles

_DIGEST_BYTES = 16


def sign_batch(documents: pl.DataFrame, options: DedupOptions) -> pl.DataFrame:
    """The signatures table of documents (columns doc_id and text), row for row.

    A text shorter than a shingle has no signature: it is a duplicate only of what equals it. A null text is empty.
    """
    texts = documents["text"].fill_null("").to_list()
    shingles = hash_shingles(texts, words=options.shingle_words)
    signatures = sign_shingles(shingles, num_perm=options.num_perm, seed=options.seed)
    long_enough = pl.Series(np.diff(shingles.offsets) > 0)
    columns = {
        "doc_id": documents["doc_id"],
        "signature": pl.Series(signatures, dtype=pl.Array(pl.UInt32, options.num_perm)).cast(pl.List(pl.UInt32)),
        "exact_hash": pl.Series([hash_exactly(text) for text in texts], dtype=pl.Binary),
    }
    return SIGNATURES.conform(pl.DataFrame(columns).with_columns(pl.when(long_enough).then(pl.col("signature"))))


def hash_exactly(text: str) -> bytes:
    """BLAKE2b, 16 bytes, of the text in normal form C, each run of white space one space, none at the ends."""
    folded = " ".join(unicodedata.normalize("NFC", text).split())
    return hashlib.blake2b(folded.encode(), digest_size=_DIGEST_BYTES).digest()
