"""What is kept to compare with: the signature of every new text, in datasketch's MinHashLSH."""

from typing import Any

import numpy as np
from datasketch import MinHashLSH

from provenance.adapters.duplicates.sketches import make_permutations, wrap
from provenance.dedup import DedupOptions, hash_exactly
from provenance.dedup.minhash import Signatures

_BYTES_A_TEXT = 6_800  # measured: 6,500 to 6,800 at 20,000 to 100,000 texts
_DIGEST = 16


class SignatureIndex:
    """Candidates share a band, copies are those of them whose signatures agree in `threshold` of their values."""

    false_positive = 0.0

    def __init__(self, options: DedupOptions) -> None:
        self._options = options
        self._permutations = make_permutations(options.num_perm, options.seed)
        self._index, self._signatures, self._hashes = self._make_index(), list[Signatures](), set[bytes]()

    @property
    def n_bytes(self) -> int:
        """About what is held by now."""
        return _BYTES_A_TEXT * len(self._hashes)

    def add(self, texts: list[str], signatures: Signatures, signed: list[bool]) -> list[bool]:
        """Whether each is new, in order; a text without shingles (not `signed`) is a copy of equal ones only."""
        return [self._add_one(hash_exactly(text), *one) for text, *one in zip(texts, signatures, signed, strict=True)]

    def state_dict(self) -> dict[str, Any]:
        """The signatures and the digests of all that was new, as bytes: 528 a text with 128 values a signature."""
        signatures = np.array(self._signatures, np.uint32)
        return {"signatures": signatures.tobytes(), "digests": b"".join(sorted(self._hashes))}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Forgets all and takes over what another of the same options knew."""
        self._index, self._signatures, digests = self._make_index(), [], state["digests"]
        self._hashes = {digests[i : i + _DIGEST] for i in range(0, len(digests), _DIGEST)}
        for signature in np.frombuffer(state["signatures"], np.uint32).reshape(-1, self._options.num_perm):
            self._insert(signature, wrap(signature, self._options.seed, self._permutations))

    def _make_index(self) -> MinHashLSH:
        return MinHashLSH(num_perm=self._options.num_perm, params=self._options.banding)

    def _add_one(self, digest: bytes, signature: Signatures, signed: bool) -> bool:
        if digest in self._hashes:
            return False
        if signed:
            sketch = wrap(signature, self._options.seed, self._permutations)
            threshold = self._options.threshold
            if any((self._signatures[i] == signature).mean() >= threshold for i in self._index.query(sketch)):
                return False
            self._insert(signature, sketch)
        self._hashes.add(digest)
        return True

    def _insert(self, signature: Signatures, sketch: object) -> None:
        self._index.insert(len(self._signatures), sketch, check_duplication=False)
        self._signatures.append(signature.copy())
