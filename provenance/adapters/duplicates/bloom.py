"""What is kept in fixed memory: a Bloom filter of the keys of all bands of all new texts (Bloom 1970; LSHBloom 2024).

Not datasketch's MinHashLSHBloom: it knows a band by the sum of its values, and unlike bands of like sums make it drop
texts that resemble nothing (docs/decisions/0017).
"""

import math
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenance.dedup import DedupOptions, hash_exactly
from provenance.dedup.keys import hash_band
from provenance.dedup.minhash import Signatures
from provenance.errors import ConfigError

Keys = NDArray[np.uint64]
_MIX = np.uint64(0xBF58476D1CE4E5B9)  # of SplitMix64


class BloomIndex:
    """A text that shares a band with an earlier one is a copy: nothing is left to compare it with.

    `n_expected` texts fill half of the bits; then a new text is dropped with probability `false_positive`.
    """

    def __init__(self, options: DedupOptions, n_expected: int, false_positive: float) -> None:
        if n_expected < 1:
            raise ConfigError(f"n_expected is {n_expected}; it must be at least 1")
        if not 0.0 < false_positive < 1.0:
            raise ConfigError(f"false_positive is {false_positive}; it must be between 0 and 1")
        self._options, self._n_expected = options, n_expected
        bands = options.banding[0]
        of_a_key = -math.expm1(math.log1p(-false_positive) / bands)  # 1 - (1 - of_a_key)^bands = false_positive
        self._n_bits = 8 * math.ceil(-n_expected * bands * math.log(of_a_key) / math.log(2) ** 2 / 8)
        self._n_probes = max(1, round(-math.log2(of_a_key)))
        self._n_new = 0
        self._bits: NDArray[np.uint8] = np.zeros(self.n_bytes, np.uint8)

    @property
    def n_bytes(self) -> int:
        """What the filter takes, however many texts it holds."""
        return self._n_bits // 8

    @property
    def false_positive(self) -> float:
        """The chance that a text unlike all before is dropped now."""
        return self._foresee(self._n_new)

    def add(self, texts: list[str], signatures: Signatures, signed: list[bool]) -> list[bool]:
        """Whether each is new, in order; a text without shingles (not `signed`) is a copy of equal ones only."""
        return [self._add_one(*probes) for probes in zip(*self._find_bits(texts, signatures, signed), strict=True)]

    def state_dict(self) -> dict[str, Any]:
        """The bits, `n_bytes` of them, and how many texts they hold."""
        return {"bits": self._bits.tobytes(), "n_new": self._n_new}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Forgets all and takes over what another of the same options knew."""
        if len(state["bits"]) != self.n_bytes:
            raise ConfigError(
                f"a filter of {len(state['bits'])} bytes is given where one of {self.n_bytes} is expected"
            )
        self._bits, self._n_new = np.frombuffer(state["bits"], np.uint8).copy(), state["n_new"]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_bits": self._bits if self._n_new else None}  # an empty one is quick to send

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if state["_bits"] is None:
            self._bits = np.zeros(self.n_bytes, np.uint8)

    def _find_bits(
        self, texts: list[str], signatures: Signatures, signed: list[bool]
    ) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Bytes, and the bit in each, that stand for each text: texts x bands x probes."""
        keys = self._make_keys(texts, signatures, signed)
        steps = (keys ^ (keys >> np.uint64(29))) * _MIX
        steps = (steps ^ (steps >> np.uint64(32))) | np.uint64(1)
        numbers = np.arange(self._n_probes, dtype=np.uint64)
        places: Keys = np.remainder(keys[..., None] + steps[..., None] * numbers, self._n_bits, dtype=np.uint64)
        return (places >> np.uint64(3)).astype(np.int64), np.uint8(1) << (places & np.uint64(7)).astype(np.uint8)

    def _make_keys(self, texts: list[str], signatures: Signatures, signed: list[bool]) -> Keys:
        """A key for each band; all the same, and made of the whole text, for one without shingles."""
        bands, rows = self._options.banding
        keys = [hash_band(signatures[:, band * rows : (band + 1) * rows], band) for band in range(bands)]
        stacked = np.stack(keys, axis=1)
        for row, is_signed in enumerate(signed):
            if not is_signed:
                stacked[row] = int.from_bytes(hash_exactly(texts[row])[:8], "little")
        return stacked

    def _add_one(self, places: NDArray[np.int64], bits: NDArray[np.uint8]) -> bool:
        if ((self._bits[places] & bits) == bits).all(axis=1).any():
            return False
        np.bitwise_or.at(self._bits, places, bits)
        self._n_new += 1
        if self._n_new == self._n_expected + 1:
            warnings.warn(self._tell_full(), stacklevel=2)
        return True

    def _tell_full(self) -> str:
        half, twice = self._foresee(self._n_expected * 3 // 2), self._foresee(self._n_expected * 2)
        return (
            f"more than the {self._n_expected} new texts that were expected (n_expected): from here on more and more "
            f"of what is new is dropped, {self.false_positive:.2g} now, {half:.2g} at half as many again and "
            f"{twice:.2g} at twice as many"
        )

    def _foresee(self, n_new: int) -> float:
        bands = self._options.banding[0]
        filled = -math.expm1(-self._n_probes * bands * n_new / self._n_bits)  # the share of bits that are set
        return 1.0 - (1.0 - filled**self._n_probes) ** bands
