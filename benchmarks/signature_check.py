"""Signatures of 10,000 real documents beside those datasketch makes of the same shingles, value for value.

`python benchmarks/signature_check.py FOLDER` with a folder of Parquet files that have a column text; prints JSON.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import polars as pl
from datasketch import MinHash

from provenance.dedup import DedupOptions
from provenance.dedup.minhash import sign_shingles
from provenance.text.shingles import hash_shingles


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=10_000)
    arguments = parser.parse_args()
    options = DedupOptions()
    files = sorted(arguments.folder.rglob("*.parquet"))
    texts = pl.concat([pl.read_parquet(file, columns=["text"]) for file in files])["text"].drop_nulls()
    texts = texts.sample(arguments.documents, seed=1).to_list()
    begun = time.process_time()
    shingles = hash_shingles(texts, words=options.shingle_words)
    ours = sign_shingles(shingles, num_perm=options.num_perm, seed=options.seed)
    ours_s, begun = time.process_time() - begun, time.process_time()
    theirs = []
    for hashes in np.split(shingles.hashes, shingles.offsets[1:-1]):
        sketch = MinHash(options.num_perm, options.seed, scheme="affine32", hashfunc=lambda value: value)
        sketch.update_batch(hashes)
        theirs.append(sketch.hashvalues)
    theirs_s = time.process_time() - begun
    equal = (ours == np.stack(theirs)).all(axis=1)
    figures = {"documents": len(texts), "equal": int(equal.sum()), "shingles": int(shingles.offsets[-1])}
    print(json.dumps({**figures, "ours_cpu_s": round(ours_s, 2), "datasketch_alone_cpu_s": round(theirs_s, 2)}))


if __name__ == "__main__":
    main()
