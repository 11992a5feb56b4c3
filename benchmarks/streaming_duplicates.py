"""`NearDuplicates` in both memories on real texts: what is found, what is dropped, what is held, what workers miss.

`python benchmarks/streaming_duplicates.py FOLDER` with a folder of Parquet files that have a column text; prints JSON.
"""

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from cost import describe_machine

from provenance.adapters.duplicates import NearDuplicates
from provenance.dedup.keys import hash_band
from provenance.dedup.minhash import Signatures, sign_shingles
from provenance.text.shingles import hash_shingles
from provenance.train.metrics import find_wilson

SIMILARITIES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
NEAR = 0.01  # an edited text counts for a similarity when it is as near to it
MEMORIES = ("signatures", "bloom")
BANDS, ROWS = 16, 8


def read_texts(folder: Path, n: int) -> list[str]:
    files = sorted(folder.rglob("*.parquet"))
    found = [pl.read_parquet(file, columns=["text"]) for file in files if "text" in pl.read_parquet_schema(file)]
    texts = pl.concat(found)["text"].drop_nulls().unique(maintain_order=True)
    return texts.sample(min(n, len(texts)), seed=1, shuffle=True).to_list()


def make_keep(memory: str, n: int) -> NearDuplicates:
    return NearDuplicates(memory="bloom" if memory == "bloom" else "signatures", n_expected=n)


def find_shingles(text: str) -> frozenset[int]:
    return frozenset(hash_shingles([text], words=5).hashes.tolist())


def compare(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / len(one | other)


def edit(text: str, similarity: float, chance: random.Random) -> str:
    """Single words replaced here and there until about so many runs of five words are left."""
    words = text.split()
    n = len(words) - 4
    places = chance.sample(range(2, len(words) - 2), round(n * (1 - similarity) / (1 + similarity) / 5))
    for place in places:
        words[place] = f"edit{chance.randrange(10**9)}"
    return " ".join(words)


def measure_recall(texts: Sequence[str]) -> list[dict[str, object]]:
    """For pairs of a text and its edited copy, by their exact similarity: the share each memory finds."""
    chance = random.Random(1)
    texts = [text for text in texts if 150 <= len(text.split()) <= 1000][:4000]
    texts = [text for text, new in zip(texts, make_keep("signatures", 1)(texts), strict=True) if new]
    rows = []
    for similarity in SIMILARITIES:
        edited = [edit(text, similarity, chance) for text in texts]
        near = [
            place
            for place, (text, copy) in enumerate(zip(texts, edited, strict=True))
            if abs(compare(find_shingles(text), find_shingles(copy)) - similarity) <= NEAR
        ]
        row: dict[str, object] = {"similarity": similarity, "pairs": len(near)}
        row["expected_bloom"] = round(1 - (1 - similarity**ROWS) ** BANDS, 3)
        for memory in MEMORIES:
            keep = make_keep(memory, 20_000)
            keep([texts[place] for place in near])
            found = keep([edited[place] for place in near]).count(False)
            row[memory] = round(found / len(near), 3)
            row[f"{memory}_interval"] = [round(bound, 3) for bound in find_wilson(found, len(near))]
        rows.append(row)
    return rows


def measure_precision(texts: Sequence[str]) -> dict[str, object]:
    """Of the texts that each memory drops: the most similar of those that were new and share a band with it."""
    signatures = sign(texts)
    figures: dict[str, object] = {"texts": len(texts)}
    for memory in MEMORIES:
        keep = make_keep(memory, len(texts))
        new = np.array(keep(texts))
        best = [_find_most_similar(place, texts, found) for place, found in _find_candidates(signatures, new).items()]
        near = sum(similarity >= 0.8 for similarity in best)
        figures[memory] = {
            "dropped": int((~new).sum()),
            "share_of_0.8": round(near / len(best), 3),
            "interval": [round(bound, 3) for bound in find_wilson(near, len(best))],
            "share_of_0.6": round(sum(similarity >= 0.6 for similarity in best) / len(best), 3),
            "n_bytes": keep.n_bytes,
        }
    return figures


def sign(texts: Sequence[str]) -> Signatures:
    blocks = [hash_shingles(texts[at : at + 500], words=5) for at in range(0, len(texts), 500)]
    return np.concatenate([sign_shingles(block, num_perm=128, seed=1) for block in blocks])


def _find_candidates(signatures: Signatures, new: np.ndarray) -> dict[int, set[int]]:
    """Of each dropped text those before it that were new and share a band."""
    keys = np.stack([hash_band(signatures[:, b * ROWS : (b + 1) * ROWS], b) for b in range(BANDS)], axis=1).tolist()
    holders: dict[tuple[int, int], list[int]] = {}
    found: dict[int, set[int]] = {}
    for place, row in enumerate(keys):
        if new[place]:
            for key in enumerate(row):
                holders.setdefault(key, []).append(place)
        else:
            found[place] = {holder for key in enumerate(row) for holder in holders.get(key, ())}
    return found


def _find_most_similar(place: int, texts: Sequence[str], candidates: set[int]) -> float:
    own = find_shingles(texts[place])
    return max((compare(own, find_shingles(texts[other])) for other in candidates), default=1.0 if not own else 0.0)


def measure_sums(signatures: Signatures) -> dict[str, object]:
    """Texts that share no band with any before, but the sum of a band's values: what MinHashLSHBloom drops of them.

    Of the last quarter, and what that makes of ten million at the same rate a text.
    """
    signatures = signatures[(signatures != 0xFFFFFFFF).any(axis=1)]
    n = len(signatures)
    same_band, same_sum = np.zeros(n, bool), np.zeros(n, bool)
    for b in range(BANDS):
        values = signatures[:, b * ROWS : (b + 1) * ROWS]
        same_band |= _repeats(hash_band(values, b))
        same_sum |= _repeats(values.sum(axis=1, dtype=np.uint64))
    last = slice(n * 3 // 4, n)
    share = float((same_sum & ~same_band)[last].sum() / (~same_band)[last].sum())
    return {
        "texts": n,
        "dropped": round(share, 5),
        "at_10_million": round(float(-np.expm1(-share * 1e7 / (n * 7 / 8))), 2),
    }


def _repeats(keys: np.ndarray) -> np.ndarray:
    repeated = np.ones(len(keys), bool)
    repeated[np.unique(keys, return_index=True)[1]] = False
    return repeated


def measure_workers(texts: Sequence[str]) -> list[dict[str, object]]:
    """Of 5,000 copies among 20,000 texts, at random places: the share dropped when samples go to workers in turn."""
    texts = [text for text in texts if len(text.split()) >= 20][:20_000]
    mixed = [*texts, *texts[:5000]]
    random.Random(1).shuffle(mixed)
    whole = make_keep("bloom", 25_000)(mixed).count(False)
    rows = []
    for n in (1, 2, 4):
        dropped = sum(make_keep("bloom", 25_000)(mixed[worker::n]).count(False) for worker in range(n))
        rows.append({"workers": n, "dropped": dropped, "of_one_worker": round(dropped / whole, 3)})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--texts", type=int, default=80_000)
    arguments = parser.parse_args()
    machine = describe_machine()
    texts = read_texts(arguments.folder, arguments.texts)
    figures = {
        "machine": machine,
        "recall": measure_recall(texts),
        "precision": measure_precision(texts),
        "sums": measure_sums(sign(texts)),
        "workers": measure_workers(texts),
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
