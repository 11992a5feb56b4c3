"""What is drawn of a crawl, decided by its counts: strata, quotas, how many captures of which hosts, the panel."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from provenance.jobs.sampling.counting import Census
from provenance.jobs.sampling.options import SampleOptions
from provenance.sampling.caps import CappedCells, cap_hosts
from provenance.sampling.counts import Strata, find_starts, renumber
from provenance.sampling.draw import DrawnCells, draw_cells, find_groups, find_panel
from provenance.sampling.hashing import Ints, Keys, hash_hosts, hash_names
from provenance.sampling.quotas import set_quotas, share_by_power
from provenance.sampling.strata import Floats, Label, name_stratum, pool_strata


@dataclass(frozen=True, slots=True)
class PanelHosts:
    """Hosts of the panel in ascending order: captures of each, how many are wanted, the host's own probability."""

    hosts: Keys
    counts: Ints
    wanted: Ints
    probability: Floats


@dataclass(frozen=True, slots=True)
class StrataCounts:
    """Of each stratum: its label, captures, those that may be drawn under the caps, cells, held cells, quota."""

    labels: tuple[Label, ...]
    captures: Ints
    capped: Ints
    hosts: Ints
    held: Ints
    quotas: Ints


@dataclass(frozen=True, slots=True)
class Plan:
    """The draw of a crawl. `final` has the number of its stratum for each label of the census.

    `pooled` are the labels without a stratum of their own; `n_moved` captures lie in another one for their host's cap.
    """

    strata: StrataCounts
    final: Strata
    drawn: DrawnCells
    panel: PanelHosts
    n_hosts: int
    pooled: frozenset[Label]
    n_moved: int


def plan_sample(census: Census, options: SampleOptions) -> Plan:
    """Draws from the counts, which are used up. Raises ConfigError for fewer documents than strata."""
    labels, final = _find_strata(census, options)
    before = np.bincount(final, census.sizes, len(labels))
    rates = np.minimum(share_by_power(options.documents, before.astype(np.int64), options.power) / before, 1.0)
    parts, panels, n_hosts = [], [], 0
    for cells in census.cells.take_ranges():
        part = cap_hosts(renumber(cells, final), options.per_host, rates)
        n_hosts += len(find_starts(part.cells.hosts))
        panels.append(_find_panel(part, options))
        parts.append(part)
    sizes = _sum([(part.cells.strata, part.cells.counts) for part in parts], len(labels))
    capped = _sum([(part.cells.strata, part.caps) for part in parts], len(labels))
    filled, quotas = np.flatnonzero(sizes), np.zeros(len(labels), np.int64)
    quotas[filled] = set_quotas(
        options.documents, sizes[filled], capped[filled], power=options.power, least=options.least
    )
    groups = find_groups(parts, quotas)
    drawn = draw_cells(parts, groups, hash_names(map(name_stratum, labels), options.seed, "start"))
    hosts = _sum([(part.cells.strata, np.ones(len(part))) for part in parts], len(labels))
    held = _sum([(part.cells.strata, groups.hold(part)) for part in parts], len(labels))
    counts = StrataCounts(labels, sizes, capped, hosts, held, quotas)
    pooled = frozenset(label for label, n in zip(census.names.labels, final, strict=True) if labels[n] != label)
    return Plan(counts, final, drawn, _join(panels), n_hosts, pooled, sum(part.n_moved for part in parts))


def _sum(parts: list[tuple[Strata, npt.NDArray[np.generic]]], n_strata: int) -> Ints:
    """The sum of values in each stratum, exact below 2^53."""
    return sum((np.bincount(*part, n_strata).astype(np.int64) for part in parts), np.zeros(n_strata, np.int64))


def _find_strata(census: Census, options: SampleOptions) -> tuple[tuple[Label, ...], Strata]:
    """The labels of the strata in order, and the number of its stratum for each label of the census."""
    pooled = pool_strata(
        options.by,
        census.names.labels,
        census.sizes,
        lambda sizes: share_by_power(options.documents, sizes, options.power),
        options.least,
    )
    labels = tuple(sorted(set(pooled)))
    numbers = {label: number for number, label in enumerate(labels)}
    return labels, np.array([numbers[label] for label in pooled], np.uint32)


def _find_panel(part: CappedCells, options: SampleOptions) -> PanelHosts:
    starts = find_starts(part.cells.hosts)
    hosts = part.cells.hosts[starts]
    counts = np.add.reduceat(part.cells.counts, starts).astype(np.int64) if len(starts) else np.zeros(0, np.int64)
    probability = np.full(len(hosts), options.panel_share)
    if options.panel:
        keys = hash_hosts(options.panel, options.seed)
        order = np.argsort(keys)
        at = order[np.minimum(np.searchsorted(keys[order], hosts), len(keys) - 1)]
        chosen = keys[at] == hosts
        probability = np.array(list(options.panel.values()))[at]
    else:
        chosen = find_panel(hosts, options.panel_share)
    wanted = counts if options.per_host is None else np.minimum(counts, options.per_host)
    return PanelHosts(hosts[chosen], counts[chosen], wanted[chosen], probability[chosen])


def _join(panels: list[PanelHosts]) -> PanelHosts:
    return PanelHosts(
        np.concatenate([panel.hosts for panel in panels]),
        np.concatenate([panel.counts for panel in panels]),
        np.concatenate([panel.wanted for panel in panels]),
        np.concatenate([panel.probability for panel in panels]),
    )
