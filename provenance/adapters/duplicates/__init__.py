"""Dropping near duplicates while documents stream by: each is added if it is new.

keep = provenance.NearDuplicates(threshold=0.8)                            # compares signatures; grows
keep = provenance.NearDuplicates(memory="bloom", n_expected=10_000_000)    # fixed memory; compares nothing
texts = filter(keep, texts)                       # a str or a mapping with "text"
data = dataset.filter(keep, batched=True)         # a mapping of columns; a table is as good

Signatures are those of `provenance run` and `provenance dedup`, and are datasketch's: `to_minhash` makes a MinHash of
one, and a MinHash made with `hash_shingle`, the same seed and the scheme "affine32" has the same values.
"""

from provenance.adapters.duplicates.near import NearDuplicates
from provenance.adapters.duplicates.sketches import hash_shingle, to_minhash

__all__ = ["NearDuplicates", "hash_shingle", "to_minhash"]
