"""A crawl in memory, drawn from without files: hosts of unequal size, captures in strata, values that hosts share."""

from dataclasses import dataclass

import numpy as np

from provenance.sampling.caps import CappedCells, cap_hosts
from provenance.sampling.choice import CellFinder, LowestKeys
from provenance.sampling.counts import HostCells
from provenance.sampling.draw import draw_cells, find_groups
from provenance.sampling.estimate import Drawn
from provenance.sampling.hashing import Ints, Keys, hash_names, mix
from provenance.sampling.quotas import set_quotas


@dataclass(frozen=True)
class Crawl:
    """One element a capture: its host, its stratum, and whether it is of the kind that is counted."""

    hosts: Ints
    strata: Ints
    kind: np.ndarray

    @property
    def n_strata(self) -> int:
        return int(self.strata.max()) + 1


@dataclass(frozen=True)
class Sample:
    """Captures drawn, by their number, and the draw as estimates read it; `probability` is that of each."""

    captures: Ints
    drawn: Drawn
    quotas: Ints
    strata: Ints
    probability: np.ndarray


def make_crawl(seed: int = 1, n_hosts: int = 600, n_strata: int = 4, largest: int = 400, alike: float = 0.8) -> Crawl:
    """Hosts have a stratum in which most of their captures lie; `alike` of the captures are of their host's kind."""
    rng = np.random.default_rng(seed)
    sizes = np.minimum((rng.pareto(1.0, n_hosts) * 2 + 1).astype(int), largest)
    hosts = np.repeat(np.arange(n_hosts), sizes)
    n = len(hosts)
    main = rng.integers(0, n_strata, n_hosts)[hosts]
    strata = np.where(rng.random(n) < 0.8, main, rng.integers(0, n_strata, n))
    of_host = (rng.random(n_hosts) < 0.3)[hosts]
    kind = np.where(rng.random(n) < alike, of_host, rng.random(n) < 0.3)
    return Crawl(hosts, strata, kind)


def number_hosts(crawl: Crawl, seed: int) -> Keys:
    names = [f"host{number}" for number in range(int(crawl.hosts.max()) + 1)]
    return hash_names(names, seed, "host")[crawl.hosts]


def count_cells(crawl: Crawl, hosts: Keys, per_host: int | None, documents: int) -> list[CappedCells]:
    cells = HostCells()
    cells.add(hosts, crawl.strata.astype(np.uint32), np.ones(len(hosts), np.uint32))
    rates = np.full(crawl.n_strata, documents / len(hosts))
    return [cap_hosts(part, per_host, rates) for part in cells.take_ranges()]


def draw(crawl: Crawl, documents: int, per_host: int | None, seed: int) -> Sample:
    """As `provenance sample` draws, with proportional quotas."""
    hosts, n = number_hosts(crawl, seed), crawl.n_strata
    parts = count_cells(crawl, hosts, per_host, documents)
    sizes, capped = (
        sum(np.bincount(part.cells.strata, values(part), n) for part in parts).astype(np.int64)
        for values in (lambda part: part.cells.counts, lambda part: part.caps)
    )
    quotas = set_quotas(documents, sizes, capped, power=1.0, least=2)
    starts = hash_names((f"stratum{number}" for number in range(n)), seed, "start")
    cells = draw_cells(parts, find_groups(parts, quotas), starts)
    chosen = choose(crawl, hosts, cells, seed)
    at = chosen.groups
    drawn = Drawn(
        cells.strata[at],
        np.where(cells.held[at], n + at, cells.strata[at]),
        cells.group_captures[at],
        cells.group_drawn[at],
    )
    captures = chosen.places.astype(np.int64)
    return Sample(captures, drawn, quotas, cells.strata[at], cells.group_drawn[at] / cells.group_captures[at])


def choose(crawl: Crawl, hosts: Keys, cells, seed: int):
    finder, lowest = CellFinder(cells, crawl.n_strata), LowestKeys(cells.wanted)
    numbers = np.arange(len(hosts))
    met = np.isin(hosts, finder.hosts)
    keys = mix(np.full(len(hosts), 77 + seed, np.uint64), numbers)
    lowest.add(finder.find(hosts[met], crawl.strata[met]), keys[met], numbers[met].astype(np.uint64))
    return lowest.choose()
