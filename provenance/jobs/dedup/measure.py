"""What a search for copies says of itself: samples of its own work held against the texts, and what was removed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.config import Plain
from provenance.dedup import DedupOptions
from provenance.dedup.banding import draw_curve, lowest_estimate
from provenance.dedup.exact import Hashes, find_shingle_sets, measure_jaccard
from provenance.dedup.keys import Rows, hash_band
from provenance.dedup.measure import Probe, Share, count_sample, write_warnings
from provenance.dedup.minhash import Signatures
from provenance.dedup.options import Verify
from provenance.dedup.sign import hash_exactly
from provenance.jobs.dedup.describe import read_members
from provenance.jobs.dedup.documents import Documents
from provenance.jobs.dedup.scratch import Part, Scratch, share_out
from provenance.jobs.dedup.signatures import open_signatures
from provenance.run import Progress, Receipt, Stopwatch, Task
from provenance.store import Place, write_text

LARGEST = 10  # clusters shown
EXCERPT = 240  # characters of each
SCANNED = 20_000_000  # documents that the sample is held against; of a larger corpus some shards
_CHUNK = 20_000  # signatures read at a time: 10 MB
_OTHERS = 8  # documents compared with each one sampled, by lot where there are more
_DRAWN = 4  # links drawn for each one wanted: those of equal signatures say nothing and are left out
Figures = dict[str, Plain]
Texts = dict[int, "_Text"]


@dataclass(frozen=True, slots=True)
class _Text:
    """What is kept of a text that was read."""

    digest: bytes
    shingles: Hashes
    excerpt: str


@dataclass(frozen=True, slots=True)
class MeasureSearch:
    """Tells of a search whose pieces are all in the scratch folder, in a file of JSON.

    `names` are crawl and shard of each of `parts`; `members` is cut into `n_portions`; `counts` has removed, words and
    words_removed of all documents.
    """

    documents: Documents
    options: DedupOptions
    scratch: Scratch
    names: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    ranges: tuple[str, ...]
    members: Place
    n_portions: int
    counts: Mapping[str, int]
    measures: Place

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        """The receipt counts documents. Raises OutputError when the file cannot be written."""
        watch = Stopwatch()
        figures = self._measure()
        write_text(self.measures, json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
        return watch.receipt(task, {"documents": self._n_documents})

    def outputs(self, task: Task) -> Iterator[Place]:
        """The files a finished task leaves."""
        yield self.measures

    @property
    def _n_documents(self) -> int:
        return sum(part.n_documents for part in self.parts)

    def _measure(self) -> Figures:
        links, pairs = self._draw_links(), self._draw_pairs()
        largest = self._find_largest()
        wanted = np.concatenate([links.ravel(), pairs.ravel(), np.array([item for item, _ in largest], np.int64)])
        texts = self._read(np.unique(wanted))
        judged = [similarity >= self.options.threshold for _, similarity in _compare(links, texts)]
        true = [pair for pair, similarity in _compare(pairs, texts) if similarity >= self.options.threshold]
        n, n_removed, counts = self._n_documents, self.counts["removed"], self.counts
        bands, rows = self.options.banding
        return {
            "documents": n,
            "removed": {
                "documents": n_removed,
                "share_of_documents": n_removed / n if n else None,
                "words": counts["words_removed"],
                "share_of_words": counts["words_removed"] / counts["words"] if counts["words"] else None,
            },
            "precision": _tell(Share(sum(judged), len(judged))),
            "recall": _tell(Share(self._count_joined(true), len(true))),
            "banding": {"bands": bands, "rows": rows, "curve": _draw(self.options)},
            "largest_clusters": [
                {"n_documents": size, "share": size / n, "excerpt": texts[item].excerpt} for item, size in largest
            ],
            "warnings": list(write_warnings(n, n_removed, [size for _, size in largest])),
        }

    def _read_members(self) -> Iterator[NDArray[np.void]]:
        for portion in range(self.n_portions):
            yield read_members(self.members, portion)

    def _find_largest(self) -> list[tuple[int, int]]:
        """First items of the largest clusters and how many documents these have, the largest first."""
        found: list[tuple[int, int]] = []
        for members in self._read_members():
            first, sizes = np.unique(members["component"], return_counts=True)
            order = np.lexsort((first, -sizes))[:LARGEST]
            found += zip(first[order].tolist(), sizes[order].tolist(), strict=True)
        return sorted(found, key=lambda one: (-one[1], one[0]))[:LARGEST]

    def _count_joined(self, pairs: Sequence[tuple[int, int]]) -> int:
        """How many of the pairs are in one cluster."""
        wanted = np.array(sorted({item for pair in pairs for item in pair}), np.int64)
        component: dict[int, int] = {}
        for members in self._read_members():
            own = members[np.isin(members["item"], wanted)]
            component.update(zip(own["item"].tolist(), own["component"].tolist(), strict=True))
        return sum(left in component and component[left] == component.get(right) for left, right in pairs)

    def _draw_links(self) -> Rows:
        """Links between documents of different signatures, (n, 2)."""
        random = np.random.default_rng([self.options.seed, 1])
        places = [self.scratch.pairs_path(name, len(self.ranges)) for name in self.ranges]
        sizes = [self.scratch.count_pairs(place) for place in places]
        total, wanted = sum(sizes), count_sample(self._n_documents)
        drawn = np.sort(random.choice(total, min(total, wanted * _DRAWN), replace=False)) if total else np.zeros(0, int)
        found, start = [np.zeros((0, 2), np.int64)], 0
        for place, size in zip(places, sizes, strict=True):
            own = drawn[(drawn >= start) & (drawn < start + size)] - start
            found.append(self.scratch.read_some_pairs(place, own))
            start += size
        links = np.unique(np.concatenate(found), axis=0)
        alike = open_signatures(self.scratch, self.parts).estimate(links[:, 0], links[:, 1])
        return random.permutation(links[alike < 1.0])[:wanted]

    def _draw_pairs(self) -> Rows:
        """Sampled documents, each with others whose signatures are about as like as the threshold asks, (n, 2)."""
        random = np.random.default_rng([self.options.seed, 2])
        n = self._n_documents
        sampled = np.sort(random.choice(n, count_sample(n), replace=False)) if n else np.zeros(0, np.int64)
        signatures = open_signatures(self.scratch, self.parts).fetch(sampled)
        signed = signatures.any(axis=1)  # rows without a signature are zeros
        probe = Probe(sampled[signed], signatures[signed])
        least = lowest_estimate(self.options.threshold, self.options.num_perm)
        found = pl.DataFrame(schema={"item": pl.Int64, "other": pl.Int64, "equal": pl.Boolean, "lot": pl.UInt64})
        for items, others in self._scan(random):
            own, met, shares = probe.match(items, others, least)
            lot = hash_band(np.stack([own, met], axis=1).astype(np.uint32), 0)
            more = pl.DataFrame({"item": own, "other": met, "equal": shares == 1.0, "lot": lot})
            found = pl.concat([found, more]).sort("lot", "other").group_by("item", "equal").head(_OTHERS)
            found = found.select("item", "other", "equal", "lot")
        return found.sort("item", "other").select("item", "other").to_numpy().reshape(-1, 2)

    def _scan(self, random: np.random.Generator) -> Iterator[tuple[Rows, Signatures]]:
        """Items and signatures of all shards, or of as many as have `SCANNED` documents."""
        left = SCANNED
        for index in random.permutation(len(self.parts)):
            part = self.parts[index]
            if left <= 0:
                return
            left -= part.n_documents
            for start, signatures in self.scratch.read_signatures(part, _CHUNK):
                yield np.arange(start, start + len(signatures)) + part.start, signatures

    def _read(self, items: Rows) -> Texts:
        """What is needed of the texts of some items, in ascending order."""
        found: Texts = {}
        for index, own in share_out(items, self.parts):
            start = self.parts[index].start
            for batch in self.documents.read_texts(*self.names[index], items[own] - start):
                texts = batch["text"].fill_null("").to_list()
                sets = find_shingle_sets(texts, words=self.options.shingle_words)
                for place, (item, text) in enumerate(zip(batch["item"].to_list(), texts, strict=True)):
                    shingles = sets.hashes[sets.offsets[place] : sets.offsets[place + 1]].copy()
                    found[item + start] = _Text(hash_exactly(text), shingles, _cut(text))
        return found


def _cut(text: str) -> str:
    return " ".join(text[: 4 * EXCERPT].split())[:EXCERPT]


def _compare(pairs: Rows, texts: Texts) -> Iterator[tuple[tuple[int, int], float]]:
    """Pairs of texts that are not equal, with their exact similarity."""
    for left, right in pairs.tolist():
        one, other = texts[left], texts[right]
        if one.digest != other.digest:
            yield (left, right), measure_jaccard(one.shingles, other.shingles)


def _tell(share: Share) -> Figures:
    interval = share.interval
    low, high = interval or (None, None)
    return {"share": share.value, "low": low, "high": high, "n_right": share.n_right, "n_pairs": share.n}


def _draw(options: DedupOptions) -> list[Plain]:
    least = options.threshold
    if options.verify is Verify.SHINGLES:
        least = lowest_estimate(options.threshold, options.num_perm)
    rows = draw_curve(options.banding, options.num_perm, least).iter_rows()
    return [{"similarity": s, "compared": round(compared, 6), "found": round(found, 6)} for s, compared, found in rows]
