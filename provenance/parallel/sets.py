"""Pairs become sets with one version a language: the strongest pairs first, and none that would join two pages."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

TWIN = 0.8  # share of anchors from which a second version of a language is another print of the one there


@dataclass(slots=True)
class VersionSet:
    """One page: a version for each language, and what joined each; twins are second prints of one of them."""

    by_language: dict[str, int]
    twins: list[int] = field(default_factory=list)
    joined: dict[int, tuple[str, float | None]] = field(default_factory=dict)


def join_sets(pairs: pl.DataFrame, languages: dict[int, str]) -> list[VersionSet]:
    """The sets of two languages and more, in the order of their first versions.

    `pairs` has left, right, similarity, strength and same_key.
    """
    by = [pl.col("strength"), pl.col("similarity").fill_null(0.0), pl.col("left"), pl.col("right")]
    ordered = pairs.sort(by, descending=[True, True, False, False])
    sets: dict[int, VersionSet] = {}
    columns = ("left", "right", "similarity", "strength", "same_key")
    for left, right, similarity, strength, same_key in ordered.select(columns).iter_rows():
        how = "hreflang" if strength >= 2 else "url" if same_key else "anchors"
        one = sets.setdefault(left, VersionSet({languages[left]: left}))
        other = sets.setdefault(right, VersionSet({languages[right]: right}))
        _join(sets, one, other, surely=strength == 3 or (similarity or 0.0) >= TWIN)
        if sets[left] is sets[right]:
            for version in (left, right):
                sets[version].joined.setdefault(version, (how, similarity))
    return [found for found in _distinct(sets.values()) if len(found.by_language) > 1]


def _join(sets: dict[int, VersionSet], one: VersionSet, other: VersionSet, *, surely: bool) -> None:
    if one is other:
        return
    small, large = sorted((one, other), key=lambda found: len(found.by_language))
    if not small.by_language.keys() & large.by_language.keys():
        large.by_language |= small.by_language
    elif surely and len(small.by_language) == 1:
        large.twins += small.by_language.values()
    else:
        return
    large.twins += small.twins
    large.joined |= small.joined
    for version in (*small.by_language.values(), *small.twins):
        sets[version] = large


def _distinct(sets: Iterable[VersionSet]) -> list[VersionSet]:
    found = {id(one): one for one in sets}
    return sorted(found.values(), key=lambda one: min(one.by_language.values()))
