"""The first reading of a crawl's index: its captures counted by host and stratum. No URL and no host name is kept."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import polars as pl

from provenance.archive.source import FetchOptions
from provenance.errors import ConfigError
from provenance.jobs.sampling.captures import HOST, SOURCES, StrataNames, counted_columns, leave_out, with_plain_sources
from provenance.jobs.sampling.index_file import IndexFile, ReadTally, open_index_file
from provenance.jobs.sampling.options import Listener
from provenance.jobs.sampling.places import DEFAULT_CRAWL, SUBSET, IndexPlace
from provenance.sampling.counts import HostCells
from provenance.sampling.hashing import Ints, Keys, hash_hosts


@dataclass(slots=True)
class Census:
    """What a crawl's index holds: rows are captures and those left out by reason, together.

    `names` has the labels of captures, `sizes` how many there are of each; `files` are those that hold captures, with
    their rows.
    """

    names: StrataNames
    cells: HostCells = field(default_factory=HostCells)
    sizes: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    n_rows: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    files: list[tuple[IndexPlace, int]] = field(default_factory=list)

    @property
    def n_captures(self) -> int:
        """Successful captures of pages."""
        return int(self.sizes.sum())


def count_captures(
    places: Sequence[IndexPlace], by: Sequence[str], seed: int, fetch: FetchOptions, tally: ReadTally, tell: Listener
) -> Census:
    """Reads the columns that decide about every row. Raises ConfigError and ShardError as the files do."""
    census = Census(StrataNames(by))
    for number, place in enumerate(places, 1):
        with open_index_file(place, fetch, tally) as file:
            census.n_rows += file.n_rows
            if place.subset == SUBSET:
                _count_file(file, census, seed)
            else:
                census.left_out["subset"] += file.n_rows
        tell("count", place.shown, number, len(places))
    if not census.n_captures:
        told = ", ".join(f"{reason} {n:,}" for reason, n in census.left_out.items()) or "no rows"
        raise ConfigError(f"{places[0].crawl}: no successful capture of a page in its index ({told})")
    return census


def hash_column(names: pl.Series, hash_all: Callable[[Iterable[str]], Keys]) -> Keys:
    """The number of each name; the names repeat."""
    distinct = names.unique()
    keys = hash_all(distinct.to_list())
    found: Keys = keys[names.cast(pl.Enum(distinct)).to_physical().to_numpy()]
    return found


def _count_file(file: IndexFile, census: Census, seed: int) -> None:
    by = census.names.by
    columns = counted_columns(by)
    file.check(columns)
    _check_partition(file)
    census.files.append((file.place, file.n_rows))
    for group in range(file.n_groups):
        for rows in file.read(group, columns):
            captures = with_plain_sources(leave_out(rows, census.left_out), by)
            counts = captures.group_by(HOST, *(SOURCES[one] for one in by)).len()
            strata, n = census.names.number(counts), counts["len"].to_numpy().astype(np.uint32)
            census.sizes = _add(census.sizes, np.bincount(strata, n, len(census.names.labels)).astype(np.int64))
            census.cells.add(hash_column(counts[HOST], partial(hash_hosts, seed=seed)), strata.astype(np.uint32), n)


def _check_partition(file: IndexFile) -> None:
    """Raises ConfigError where rows tell another crawl or subset than their path, or several."""
    shown, crawls, subsets = file.place.shown, _find_values(file, "crawl"), _find_values(file, "subset")
    for name, values in (("crawl", crawls), ("subset", subsets)):
        if len(values) > 1 or (name == "subset" and values not in ([], [SUBSET])):
            raise ConfigError(
                f"{shown}: its column {name} has {', '.join(values)[:200]}; a file is of one crawl and of the subset "
                f"{SUBSET}: write each by itself, below crawl=NAME/subset={SUBSET}/"
            )
    if crawls and file.place.crawl == DEFAULT_CRAWL:
        raise ConfigError(f"{shown}: is of the crawl {crawls[0]}, and its path tells none: --crawl {crawls[0]}")


def _find_values(file: IndexFile, name: str) -> list[str]:
    """The values of a column, empty where there is no such column: partitions are told by the path as a rule."""
    groups = range(file.n_groups) if name in file.columns else ()
    found = {value for group in groups for rows in file.read(group, (name,)) for value in rows[name].unique().to_list()}
    return sorted(str(value) for value in found if value is not None)


def _add(sizes: Ints, more: Ints) -> Ints:
    """Sums of both; more strata may have come to be known since."""
    longer = np.zeros(len(more), np.int64)
    longer[: len(sizes)] = sizes
    return longer + more
