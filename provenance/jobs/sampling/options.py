"""What is to be drawn, and how the work tells how far it is."""

from collections.abc import Callable
from dataclasses import dataclass, field

from provenance.errors import ConfigError
from provenance.jobs.sampling.captures import OPTIONAL
from provenance.sampling.strata import VARIABLES

ALLOCATIONS = {"proportional": 1.0, "sqrt": 0.5}

Listener = Callable[[str, str, int, int], None]
"""Told of each step done: what is done (count, choose, read, fetch), with what, its number from 1, and of how many."""


@dataclass(frozen=True, slots=True)
class SampleOptions:
    """The draw: the same options and the same index give the same sample. Raises ConfigError for what cannot be drawn.

    `documents` are drawn of each crawl, at most `per_host` of a host (null: as many as come), at least `least` of a
    stratum. `panel_share` of the hosts are the panel, or those of the table `panel`, by name with the probability with
    which each came into it. `columns` of the index are written beside those that are needed.
    """

    documents: int
    per_host: int | None = 10
    by: tuple[str, ...] = VARIABLES
    seed: int = 1
    allocation: str = "proportional"
    least: int = 2
    panel_share: float = 0.0
    panel: dict[str, float] = field(default_factory=dict)
    columns: tuple[str, ...] = ("url",)

    def __post_init__(self) -> None:
        for name, value in (("documents", self.documents), ("per-host", self.per_host), ("least", self.least)):
            if value is not None and value < 1:
                raise ConfigError(f"--{name} {value}: must be at least 1")
        for kind, given, known in (("by", self.by, VARIABLES), ("columns", self.columns, OPTIONAL)):
            unknown = [name for name in given if name not in known]
            if unknown:
                raise ConfigError(f"--{kind} {unknown[0]}: not known; there are {', '.join(known)}")
        if not 0 <= self.panel_share <= 1:
            raise ConfigError(f"--panel-share {self.panel_share}: must be from 0 to 1")
        if self.panel and self.panel_share:
            raise ConfigError("--panel and --panel-share: give one; the first names the hosts, the second draws them")

    @property
    def power(self) -> float:
        """The power of a stratum's size that its quota follows."""
        return ALLOCATIONS[self.allocation]
