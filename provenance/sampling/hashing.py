"""Numbers that stand for names, the same on every machine: what a seeded draw is decided by.

BLAKE2b (RFC 7693) of the name with the seed as its key; splitmix64 (Steele, Lea and Flood 2014, OOPSLA) mixes in
numbers, so that millions of captures cost no call each.
"""

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def hash_name(name: str, seed: int, purpose: str) -> int:
    """64 bits of a name, others for every seed and purpose."""
    key = f"{purpose} {seed}".encode()
    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8, key=key).digest(), "little")


def hash_names(names: Iterable[str], seed: int, purpose: str) -> Keys:
    """`hash_name` of each."""
    key = f"{purpose} {seed}".encode()
    digests = [blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8, key=key).digest() for name in names]
    return np.frombuffer(b"".join(digests), "<u8").astype(np.uint64)


def hash_hosts(names: Iterable[str], seed: int) -> Keys:
    """`hash_names` of hosts: equal for names that differ in case, or in a dot at the end, as they are one host."""
    return hash_names((name.lower().rstrip(".") for name in names), seed, "host")


def mix(keys: Keys, numbers: Keys | Ints | int = 0) -> Keys:
    """64 bits of each key and number together, each bit of which depends on all of theirs."""
    with np.errstate(over="ignore"):
        mixed = keys + (np.asarray(numbers).astype(np.uint64) + np.uint64(1)) * _GOLDEN
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
        return np.asarray(mixed ^ (mixed >> np.uint64(31)), np.uint64)
