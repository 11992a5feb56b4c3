"""Chance that is the same in every process and after every resumption: a number in [0, 1) from what is drawn for."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Units = NDArray[np.uint64]


def draw(units: Units, *, seed: int, epoch: int = 0) -> NDArray[np.float64]:
    """A uniform number in [0, 1) for each unit, seed and epoch, always the same: SplitMix64 (Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        mixed = units ^ np.uint64(_number(f"{seed} {epoch}"))
        mixed = mixed + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed = mixed ^ (mixed >> np.uint64(31))
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def number_keys(keys: Sequence[object]) -> Units:
    """64 bits for each key; that any two of 100 million different keys share one has a chance of 1 in 3,700.

    A number is the same key whatever holds it: 3, 3.0, numpy's, a tensor's, and the text "3".
    """
    names = [key if type(key) is str else _name(key) for key in keys]
    joined = b"".join(
        [hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest() for name in names]
    )
    return np.frombuffer(joined, np.uint64)


def _name(key: object) -> str:
    value = key.item() if hasattr(key, "item") and getattr(key, "ndim", None) == 0 else key
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
