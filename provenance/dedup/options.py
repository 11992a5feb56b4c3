"""How documents are compared, and what counts as a near duplicate."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from provenance.dedup.banding import choose_banding
from provenance.errors import ConfigError

DEFAULT_BANDING: Final = (16, 8)


class Keep(StrEnum):
    """Which copy of a cluster stays."""

    EARLIEST = "earliest"  # the first capture
    LONGEST = "longest"  # the one with most characters
    BEST = "best"  # the one with the highest score


class Verify(StrEnum):
    """What candidates are compared by."""

    SIGNATURE = "signature"  # the share of equal values: an estimate, at no cost
    SHINGLES = "shingles"  # the Jaccard similarity of their shingles: exact, and every text is read once more


@dataclass(frozen=True, slots=True)
class DedupOptions:
    """Shingle size, MinHash and the banding of locality-sensitive hashing.

    Two documents of Jaccard similarity s share a band, and are compared, with probability 1 - (1 - s^rows)^bands: with
    16 bands of 8 rows 0.06 at s = 0.5, 0.24 at 0.6, 0.61 at 0.7, 0.95 at 0.8 and 1.00 at 0.9. Compared documents are
    near duplicates when at least `threshold` of their signature values agree; the standard deviation of that estimate
    is sqrt(s (1 - s) / num_perm), 0.035 at s = 0.8. (The banding that balances false positives and negatives around
    0.8, 9 x 13, finds only 0.40 of the pairs at 0.8: pairs are verified here, so false candidates cost time only.)

    `false_negative_weight` (between 0 and 1) has bands and rows chosen for the threshold by datasketch's optimiser
    instead, the weight of false positives being what it leaves to 1; false ones are compared in vain, and no more.

    `contrast` lets near duplicates stay that differ from their representative in a flip only ("with", "without").

    A paragraph (a line of at least `paragraph_words` words) that stands in at least `paragraph_documents` documents of
    a host is boilerplate there.
    """

    num_perm: int = 128
    seed: int = 1
    shingle_words: int = 5
    bands: int = DEFAULT_BANDING[0]
    rows: int = DEFAULT_BANDING[1]
    threshold: float = 0.8
    keep: Keep = Keep.EARLIEST
    verify: Verify = Verify.SIGNATURE
    contrast: bool = True
    false_negative_weight: float | None = None
    paragraph_words: int = 5
    paragraph_documents: int = 3

    def __post_init__(self) -> None:
        for name in ("num_perm", "shingle_words", "bands", "rows", "paragraph_words"):
            if getattr(self, name) < 1:
                raise ConfigError(f"dedup.{name} is {getattr(self, name)}; it must be at least 1")
        if self.paragraph_documents < 2:
            raise ConfigError(f"dedup.paragraph_documents is {self.paragraph_documents}; it must be at least 2")
        if self.bands * self.rows > self.num_perm:
            raise ConfigError(
                f"dedup.bands x dedup.rows is {self.bands} x {self.rows}; "
                f"a signature has only num_perm = {self.num_perm} values"
            )
        if not 0.0 < self.threshold <= 1.0:
            raise ConfigError(f"dedup.threshold is {self.threshold}; it must be above 0 and at most 1")
        if not 0 <= self.seed < 1 << 32:
            raise ConfigError(f"dedup.seed is {self.seed}; it must be in 0..2^32-1")
        self._check_weight()

    @property
    def banding(self) -> tuple[int, int]:
        """Bands, and rows of each: as given, or as chosen for the weight of false negatives."""
        if self.false_negative_weight is None:
            return self.bands, self.rows
        return choose_banding(self.threshold, self.num_perm, self.false_negative_weight)

    def _check_weight(self) -> None:
        weight = self.false_negative_weight
        if weight is None:
            return
        if not 0.0 < weight < 1.0:
            raise ConfigError(f"dedup.false_negative_weight is {weight}; it must be between 0 and 1")
        if (self.bands, self.rows) != DEFAULT_BANDING:
            raise ConfigError(
                "dedup.false_negative_weight chooses bands and rows; leave dedup.bands and dedup.rows out"
            )
