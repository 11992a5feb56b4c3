"""What the estimates are made with; the defaults are the recommendation."""

from dataclasses import dataclass
from typing import Literal

Method = Literal["mixture", "em", "adjusted_count", "share"]
UNITS = ("documents", "words")


@dataclass(frozen=True, slots=True)
class StatsOptions:
    """Options of the ratio.

    `mixture` is the default: it had the smallest errors at every true share, with a human reference and without (see
    docs/ratio.md). `em` takes its place where no reference scores are known. A count of p > 0.5 is never published as a
    prevalence.
    """

    method: Method = "mixture"
    # Whether early documents of half of the hosts are the human reference where none is given.
    own_reference: bool = True
    # Whether a human reference is known to hold no translations, too; an early date does not tell.
    originals: bool = False
    draws: int = 500  # bootstrap draws of every interval
    seed: int = 1
    level: float = 0.95  # nominal coverage of the intervals
    min_words: int = 80  # shorter documents carry no score of their own and would enter only through declared marks
    min_documents: int = 30  # measurable documents below which a group gets no estimate
    host_correlation: float = 0.2  # presumed likeness of a host's pages, where none of an origin is seen to measure it
    min_hosts: int = 10  # below it hosts count as the sample, and the interval is wide
    min_coverage: float = 0.5  # share of long documents with a score below which a language counts as not measured
    min_separation: float = 0.1  # TPR - FPR below which nothing can be corrected
    max_groups: int = 20  # largest groups of a column that get a row each; the others share one
    max_clusters: int = 2000  # more hosts than this are put together in random blocks, for speed

    def __post_init__(self) -> None:
        """Refuse what would make no interval."""
        if not 0.0 < self.level < 1.0:
            raise ValueError(f"level: {self.level} is not between 0 and 1")
        for name in ("draws", "min_documents", "max_groups", "max_clusters"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} is not a positive number")
