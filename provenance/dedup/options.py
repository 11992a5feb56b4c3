"""How documents are compared, and what counts as a near duplicate."""

from dataclasses import dataclass
from enum import StrEnum

from provenance.errors import ConfigError


class Keep(StrEnum):
    """Which copy of a cluster stays."""

    EARLIEST = "earliest"  # the first capture
    LONGEST = "longest"  # the one with most characters
    BEST = "best"  # the one with the highest score


@dataclass(frozen=True, slots=True)
class DedupOptions:
    """Shingle size, MinHash and the banding of locality-sensitive hashing.

    Two documents of Jaccard similarity s share a band, and are compared, with probability 1 - (1 - s^rows)^bands: with
    16 bands of 8 rows 0.06 at s = 0.5, 0.24 at 0.6, 0.61 at 0.7, 0.95 at 0.8 and 1.00 at 0.9. Compared documents are
    near duplicates when at least `threshold` of their signature values agree; the standard deviation of that estimate
    is sqrt(s (1 - s) / num_perm), 0.035 at s = 0.8. (The banding that balances false positives and negatives around
    0.8, 9 x 13, finds only 0.40 of the pairs at 0.8: pairs are verified here, so false candidates cost time only.)
    """

    num_perm: int = 128
    seed: int = 1
    shingle_words: int = 5
    bands: int = 16
    rows: int = 8
    threshold: float = 0.8
    keep: Keep = Keep.EARLIEST

    def __post_init__(self) -> None:
        for name in ("num_perm", "shingle_words", "bands", "rows"):
            if getattr(self, name) < 1:
                raise ConfigError(f"dedup.{name} is {getattr(self, name)}; it must be at least 1")
        if self.bands * self.rows > self.num_perm:
            raise ConfigError(
                f"dedup.bands x dedup.rows is {self.bands} x {self.rows}; "
                f"a signature has only num_perm = {self.num_perm} values"
            )
        if not 0.0 < self.threshold <= 1.0:
            raise ConfigError(f"dedup.threshold is {self.threshold}; it must be above 0 and at most 1")
        if not 0 <= self.seed < 1 << 32:
            raise ConfigError(f"dedup.seed is {self.seed}; it must be in 0..2^32-1")
