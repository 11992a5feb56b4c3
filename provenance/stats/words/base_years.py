"""From which years a period's words are projected: years from before language models came into use, where there are."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

TURN = 2022 + 10 / 12  # ChatGPT was released on 30 November 2022; from that month on text may be generated
_CRAWL = re.compile(r"CC-MAIN-(\d{4})(?:-([0-5]\d))?(?:\D|$)")
_MONTH = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2]))?$")


@dataclass(frozen=True, slots=True)
class BaseYears:
    """The periods of two years, and how far beyond them the projection goes, in steps of the time between them."""

    earlier: tuple[str, ...]
    later: tuple[str, ...]
    steps: float


def tell_years(periods: Sequence[str]) -> dict[str, float]:
    """When each period begins, in years: "2019", "2019-07" (month), "CC-MAIN-2019-30" (week).

    Where the name of one does not tell, they are taken as years of their own, one after the other, all from before the
    turn: nothing is known of when they were.
    """
    told = {period: _tell_year(period) for period in periods}
    if all(year is not None for year in told.values()):
        return {period: year for period, year in told.items() if year is not None}
    return {period: float(number) for number, period in enumerate(periods)}


def choose_base(counts: pl.DataFrame, years: Mapping[str, float], min_documents: int) -> dict[str, BaseYears]:
    """The base of each period of one language that has one; a year and a period need `min_documents` documents.

    From November 2022 on: the last two years with documents from before it, 2022 without its last two months. Before,
    and where there are no such two: the last two years up to two years earlier (t-3 and t-2 of Kobak et al.).
    """
    totals = dict(counts.filter(pl.col("word").is_null()).select("period", "n_documents").iter_rows())
    enough = [period for period in years if totals.get(period, 0) >= min_documents]
    clean = _by_year((p for p in totals if p in years and years[p] < TURN), years, totals, min_documents)
    whole = _by_year((p for p in totals if p in years), years, totals, min_documents)
    chosen = {}
    for period in enough:
        year = int(years[period])
        past = {y: of for y, of in whole.items() if y <= year - 2}
        of_years = clean if years[period] >= TURN and len(clean) > 1 else past
        if len(of_years) > 1:
            earlier, later = sorted(of_years)[-2:]
            chosen[period] = BaseYears(of_years[earlier], of_years[later], (year - later) / (later - earlier))
    return chosen


def _by_year(
    periods: Iterable[str], years: Mapping[str, float], totals: Mapping[str, int], min_documents: int
) -> dict[int, tuple[str, ...]]:
    """The periods of each year that has documents enough."""
    of_year: dict[int, tuple[str, ...]] = {}
    for period in sorted(periods):
        year = int(years[period])
        of_year[year] = (*of_year.get(year, ()), period)
    return {year: of for year, of in of_year.items() if sum(totals[period] for period in of) >= min_documents}


def _tell_year(period: str) -> float | None:
    for name, parts in ((_CRAWL, 52), (_MONTH, 12)):
        found = name.match(period)
        if found:
            return int(found[1]) + (int(found[2] or 1) - 1) / parts
    return None
