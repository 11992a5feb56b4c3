"""The second reading of a crawl's index: which captures of the hosts drawn are chosen. Then their rows are read.

A row group without a host that was drawn costs its column of host names, and no more.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from provenance.archive.source import FetchOptions
from provenance.errors import ShardError
from provenance.jobs.sampling.captures import (
    FILE,
    HOST,
    LENGTH,
    OFFSET,
    PLACE,
    counted_columns,
    leave_out,
    with_plain_sources,
)
from provenance.jobs.sampling.counting import Census, hash_column
from provenance.jobs.sampling.index_file import IndexFile, ReadTally, open_index_file
from provenance.jobs.sampling.options import Listener
from provenance.jobs.sampling.places import IndexPlace
from provenance.jobs.sampling.plan import Plan
from provenance.sampling.choice import CellFinder, Choice, LowestKeys
from provenance.sampling.hashing import Ints, Keys, hash_hosts, hash_names, mix

_GROUP_BIT, _FILE_BIT = np.uint64(32), np.uint64(48)  # a row's place: its file, row group and number, in 64 bits
_IN_FILE = np.uint64((1 << 48) - 1)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Captures chosen for the sample and for the panel: groups are numbers of drawn cells and of panel hosts."""

    sample: Choice
    panel: Choice


class _Search:
    """What is looked for in the rows, and what was found."""

    def __init__(self, census: Census, plan: Plan, seed: int) -> None:
        self.census, self.plan = census, plan
        self.hash_hosts = partial(hash_hosts, seed=seed)
        self.hash_files = partial(hash_names, seed=seed, purpose="file")
        self.finder = CellFinder(plan.drawn, len(plan.strata.labels))
        self.sample, self.panel = LowestKeys(plan.drawn.wanted), LowestKeys(plan.panel.wanted)
        self.hosts = np.union1d(self.finder.hosts, plan.panel.hosts)

    def look(self, file: IndexFile, number: int, group: int) -> None:
        if not any(self._concerned(rows).any() for rows in file.read(group, (HOST,))):
            return
        by, start = self.census.names.by, 0
        for rows in file.read(group, (*counted_columns(by), *PLACE)):
            captures = leave_out(rows.with_row_index("row", start), Counter())
            start += rows.height
            captures = captures.filter(pl.Series(self._concerned(captures)))
            if captures.height:
                self._add(file.place, with_plain_sources(captures, by), _place(number, group))

    def check(self, crawl: str) -> None:
        """Raises ShardError when other captures were met than were counted."""
        for lowest, expected in ((self.sample, self.plan.drawn.counts), (self.panel, self.plan.panel.counts)):
            if not np.array_equal(lowest.seen, expected):
                raise ShardError(f"index of {crawl}", "has other rows than it had when it was counted; draw again")

    def _concerned(self, rows: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        hosts = rows[HOST].cast(pl.String).fill_null("")
        return np.isin(hash_column(hosts, self.hash_hosts), self.hosts)

    def _add(self, place: IndexPlace, captures: pl.DataFrame, start: np.uint64) -> None:
        if captures.select(pl.any_horizontal(pl.col(PLACE).is_null()).any()).item():
            raise ShardError(place.shown, f"a capture without {FILE} or {OFFSET}; it cannot be drawn nor fetched")
        hosts = hash_column(captures[HOST], self.hash_hosts)
        keys = mix(hash_column(captures[FILE].cast(pl.String), self.hash_files), captures[OFFSET].to_numpy())
        places = start + captures["row"].to_numpy().astype(np.uint64)
        numbers = self.census.names.number(captures)
        if len(self.census.names.labels) > len(self.plan.final):
            raise ShardError(place.shown, "has other rows than it had when it was counted; draw again")
        drawn = np.isin(hosts, self.finder.hosts)
        if drawn.any():
            strata = self.plan.final[numbers[drawn]].astype(np.int64)
            self.sample.add(self.finder.find(hosts[drawn], strata), keys[drawn], places[drawn])
        self._add_to_panel(hosts, keys, places)

    def _add_to_panel(self, hosts: Keys, keys: Keys, places: Keys) -> None:
        known = np.isin(hosts, self.plan.panel.hosts)
        if known.any():
            groups: Ints = np.searchsorted(self.plan.panel.hosts, hosts[known])
            self.panel.add(groups, keys[known], places[known])


def choose_captures(
    census: Census, plan: Plan, seed: int, fetch: FetchOptions, tally: ReadTally, tell: Listener
) -> Chosen:
    """Chooses the captures of the hosts drawn. Raises ShardError when the index is not what was counted."""
    search = _Search(census, plan, seed)
    for number, (place, n_rows) in enumerate(census.files):
        with open_index_file(place, fetch, tally) as file:
            if file.n_rows != n_rows:
                raise ShardError(place.shown, f"had {n_rows:,} rows and has {file.n_rows:,} now; draw again")
            file.check(PLACE)
            for group in range(file.n_groups):
                search.look(file, number, group)
        tell("choose", place.shown, number + 1, len(census.files))
    search.check(census.files[0][0].crawl)
    return Chosen(search.sample.choose(), search.panel.choose())


def read_chosen(
    census: Census,
    places: Keys,
    needed: Sequence[str],
    welcome: Sequence[str],
    fetch: FetchOptions,
    tally: ReadTally,
    tell: Listener,
) -> pl.DataFrame:
    """The index rows at these places with `needed` columns, and `welcome` ones (null where the index has none).

    Its column `place` tells them apart. Raises ConfigError when a needed column is missing.
    """
    wanted, found = np.sort(places), []
    for number, (place, _) in enumerate(census.files):
        of_file = wanted[(wanted >> _FILE_BIT) == number]
        if len(of_file):
            with open_index_file(place, fetch, tally) as file:
                file.check((*needed, LENGTH))
                columns = (*needed, *(name for name in welcome if name in file.columns))
                found += [_pick(file, of_file, number, group, columns) for group in _groups_of(of_file)]
        tell("read", place.shown, number + 1, len(census.files))
    return pl.concat(found, how="diagonal_relaxed")


def _groups_of(places: Keys) -> list[int]:
    groups: list[int] = np.unique((places & _IN_FILE) >> _GROUP_BIT).tolist()
    return groups


def _pick(file: IndexFile, of_file: Keys, number: int, group: int, columns: Sequence[str]) -> pl.DataFrame:
    start = _place(number, group)
    begin, end = np.searchsorted(of_file, np.array([start, _place(number, group + 1)], np.uint64))
    picked = of_file[begin:end]
    return file.pick(group, columns, (picked - start).astype(np.int64)).with_columns(pl.Series("place", picked))


def _place(number: int, group: int) -> np.uint64:
    return np.uint64((number << int(_FILE_BIT)) + (group << int(_GROUP_BIT)))
