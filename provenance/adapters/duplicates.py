"""Dropping near duplicates while documents stream by: each is added if it is new. On datasketch's MinHashLSH.

keep = provenance.NearDuplicates(threshold=0.8)
texts = filter(keep, texts)                       # a str or a mapping with "text"
data = dataset.filter(keep, batched=True)         # a mapping of columns; a frame is as good

Signatures are those of `provenance run` and `provenance dedup`, and are datasketch's: `to_minhash` makes a MinHash of
one, and a MinHash made with `hash_shingle`, the same seed and the scheme "affine32" has the same values.
"""

from collections.abc import Mapping, Sequence
from typing import overload

import numpy as np
import polars as pl
from datasketch import MinHash, MinHashLSH

from provenance.dedup import DedupOptions, hash_exactly
from provenance.dedup.minhash import Signatures, sign_shingles
from provenance.errors import ConfigError
from provenance.text.shingles import hash_shingles

SCHEME = "affine32"  # datasketch's name for how values are permuted


class NearDuplicates:
    """True for what is new, and remembers it; false for a copy of what came before.

    A text shorter than a shingle is a copy of equal ones only, a null text of nothing. Takes some 4 kB of memory a
    text; `len` is how many were new. Each process that has one knows only what it has seen itself.
    """

    def __init__(
        self, *, threshold: float = 0.8, text_column: str = "text", options: DedupOptions | None = None
    ) -> None:
        """`options` in place of `threshold`: shingle size, seed, number of values, banding. Raises ConfigError."""
        self.options = options or DedupOptions(threshold=threshold)
        self._column = text_column
        self._index = MinHashLSH(num_perm=self.options.num_perm, params=self.options.banding)
        self._signatures: list[Signatures] = []
        self._hashes: set[bytes] = set()
        self._n_new = 0
        self._permutations = MinHash(self.options.num_perm, self.options.seed, scheme=SCHEME).permutations

    def __len__(self) -> int:
        return self._n_new

    @overload
    def __call__(self, given: str | None) -> bool: ...  # type: ignore[overload-overlap]  # a str is a sequence, too
    @overload
    def __call__(self, given: Mapping[str, object]) -> bool | list[bool]: ...
    @overload
    def __call__(self, given: Sequence[str | None] | pl.DataFrame) -> list[bool]: ...
    def __call__(self, given: object) -> bool | list[bool]:
        """Of a text, or a mapping with one, whether it is new; of many, or a mapping of columns or frame, of each."""
        if isinstance(given, pl.DataFrame | Mapping):
            if self._column not in (given.columns if isinstance(given, pl.DataFrame) else given):
                raise ConfigError(f"no column {self._column!r}; say which one holds the text (text_column)")
            given = given[self._column]
        if given is None or isinstance(given, str):
            return self._add([given])[0]
        if isinstance(given, Sequence | pl.Series):
            return self._add(list(given))
        raise ConfigError(f"a text, texts, a mapping or a frame is expected, not {type(given).__name__}")

    def _add(self, texts: list[str | None]) -> list[bool]:
        shingles = hash_shingles([text or "" for text in texts], words=self.options.shingle_words)
        signatures = sign_shingles(shingles, num_perm=self.options.num_perm, seed=self.options.seed)
        signed = np.diff(shingles.offsets) > 0
        new = [self._add_one(*one) for one in zip(texts, signatures, signed.tolist(), strict=True)]
        self._n_new += sum(new)
        return new

    def _add_one(self, text: str | None, signature: Signatures, signed: bool) -> bool:
        if text is None:
            return True
        digest = hash_exactly(text)
        if digest in self._hashes:
            return False
        if signed:
            sketch = _wrap(signature, self.options.seed, self._permutations)
            if any(
                (self._signatures[i] == signature).mean() >= self.options.threshold for i in self._index.query(sketch)
            ):
                return False
            self._index.insert(len(self._signatures), sketch, check_duplication=False)
            self._signatures.append(signature.copy())
        self._hashes.add(digest)
        return True


def to_minhash(signature: Sequence[int], *, seed: int = 1) -> MinHash:
    """A datasketch MinHash of a signature as it stands in the signatures table; ready for more `update`s."""
    values = np.asarray(signature, np.uint32)
    return _wrap(values, seed, MinHash(len(values), seed, scheme=SCHEME).permutations)


def hash_shingle(words: str) -> int:
    """The 32-bit hash of a run of words: the `hashfunc` with which a MinHash has our values for the same runs."""
    n_words = len(hash_shingles([words], words=1).hashes)
    return int(hash_shingles([words], words=n_words).hashes[0])


def _wrap(values: Signatures, seed: int, permutations: object) -> MinHash:
    return MinHash(seed=seed, hashvalues=values, permutations=permutations, scheme=SCHEME, hashfunc=hash_shingle)
