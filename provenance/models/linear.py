"""Linear models over hashed n-grams: a small table of whole numbers, one column per class.

A window's value for a class is intercept + sum over its n buckets of weight / sqrt(n): the n-grams as a binary vector
of length one. Weights are kept as 8-bit numbers with one scale for each class, which moves no score by a hundredth.
The file is a NumPy archive without pickled objects; the same numbers give the same bytes.
"""

import zlib
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from provenance.errors import ConfigError

Floats = NDArray[np.float64]
_LARGEST = 127
_FIELDS = ("classes", "weights", "scales", "intercepts")
_DAMAGE = (OSError, EOFError, ValueError, KeyError, TypeError, NotImplementedError, BadZipFile, zlib.error)


@dataclass(frozen=True, slots=True)
class LinearModel:
    """`weights` has 2^bits rows and a column for each of `classes`; a model of one class is a log odds."""

    classes: tuple[str, ...]
    weights: NDArray[np.int8]
    scales: Floats
    intercepts: Floats

    @property
    def bits(self) -> int:
        """Of the buckets the n-grams have to be hashed to."""
        return int(self.weights.shape[0]).bit_length() - 1

    @classmethod
    def quantise(cls, classes: tuple[str, ...], weights: Floats, intercepts: Floats) -> "LinearModel":
        """The model of real weights (buckets x classes), each class scaled to its largest one."""
        scales = np.maximum(np.abs(weights).max(axis=0), 1e-12) / _LARGEST
        return cls(classes, np.rint(weights / scales).astype(np.int8), scales, np.asarray(intercepts, np.float64))

    def score(self, buckets: NDArray[np.int32], offsets: NDArray[np.int64]) -> Floats:
        """Values, windows x classes; window k has the buckets from `offsets[k]` to `offsets[k + 1]`."""
        counts = np.diff(offsets)
        sums = np.zeros((len(counts), len(self.classes)))
        filled = np.flatnonzero(counts)
        if len(filled):
            starts = offsets[:-1][filled]
            for number, weights in enumerate(self.weights.T):  # a class at once: quick where its weights lie together
                sums[filled, number] = np.add.reduceat(weights.take(buckets).astype(np.int32), starts)
        return self.intercepts + sums * self.scales / np.sqrt(np.maximum(counts, 1))[:, None]

    def weigh(self, buckets: NDArray[np.int64]) -> Floats:
        """The weights of single buckets, buckets x classes, before division by the root of a window's number."""
        weighed: Floats = self.weights[buckets] * self.scales
        return weighed

    def save(self, path: Path) -> None:
        """Writes the file that `load` reads, under exactly this name."""
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                classes=np.array(self.classes),
                weights=np.ascontiguousarray(self.weights),
                scales=self.scales,
                intercepts=self.intercepts,
            )

    @classmethod
    def load(cls, path: Path) -> "LinearModel":
        """The model in a file. Raises ConfigError when it is none."""
        try:
            with np.load(path, allow_pickle=False) as archive:
                classes, weights, scales, intercepts = (archive[name] for name in _FIELDS)
        except _DAMAGE as error:
            raise ConfigError(f"{path}: not a linear model of n-grams: {error}") from error
        n_buckets = len(weights) if weights.ndim == 2 else 0
        if weights.shape != (n_buckets, len(classes)) or n_buckets.bit_count() != 1:
            raise ConfigError(f"{path}: not a linear model of n-grams: the weights have the shape {weights.shape}")
        return cls(tuple(str(name) for name in classes), np.asfortranarray(weights), scales, intercepts)
