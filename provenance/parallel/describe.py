"""Sets of versions as rows of the table `parallels`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median_high
from typing import TypedDict

import polars as pl

from provenance.parallel.lengths import WHOLE, expected_length
from provenance.parallel.original import Original, Version, find_original
from provenance.parallel.sets import VersionSet

DECLARED = "declared"


class _Alternate(TypedDict):
    language: str | None
    address: int


class _Facts(TypedDict):
    """What is needed of a version to describe it: columns of `anchors`, site as a number."""

    version: int
    doc_id: str
    site: int
    address: int
    alternates: list[_Alternate]
    language: str
    html_language: str | None
    piece_languages: list[str]
    translated_from: str | None
    fetch_time: datetime | None
    n_chars: int


@dataclass(frozen=True, slots=True)
class _Page:
    """A set, what is known of each of its versions, and the languages that are only declared."""

    found: VersionSet
    about: dict[int, _Facts]
    declared: set[str]
    coverage: dict[int, float]

    @property
    def partial(self) -> list[str]:
        """Languages that have a part only; never the one that has most."""
        versions = self.found.by_language
        fullest = max(versions, key=lambda name: (self.coverage[versions[name]], name))
        return sorted(name for name in versions if name != fullest and self.coverage[versions[name]] < WHOLE)


def describe_sets(
    sets: Sequence[VersionSet],
    versions: pl.DataFrame,
    declared: Mapping[int, Sequence[str]],
    defaults: Mapping[int, str],
) -> Iterator[dict[str, object]]:
    """Rows of `parallels` with the version's number instead of a doc_id, and without `original`.

    `declared` has languages by version, `defaults` a language by site.
    """
    needed = pl.Series([v for found in sets for v in (*found.by_language.values(), *found.twins)], dtype=pl.UInt32)
    told = versions[needed].select(_Facts.__annotations__.keys()).iter_rows(named=True)
    about: dict[int, _Facts] = {row["version"]: _Facts(**row) for row in told}  # type: ignore[typeddict-item]
    for found in sets:
        own = {v: about[v] for v in sorted([*found.by_language.values(), *found.twins])}
        listed = {name for v in own for name in declared.get(v, [])} - found.by_language.keys()
        page = _Page(found, own, listed, _measure_coverage(found, own))
        yield from _describe(page, _choose(page, defaults))


def _describe(page: _Page, original: Original) -> Iterator[dict[str, object]]:
    whole = set(page.found.by_language) - set(page.partial)
    first = next(iter(page.about.values()))["doc_id"]
    for version in page.about:
        how, similarity = page.found.joined.get(version, (None, None))
        yield {
            "version": version,
            "parallel_id": first,
            "parallelism": len(whole | page.declared),
            "n_captured": len(whole),
            "languages": sorted(whole | page.declared),
            "partial_languages": page.partial,
            "how": [*([how] if how else []), *([DECLARED] if page.declared else [])],
            "similarity": similarity,
            "coverage": page.coverage[version] if len(page.about) > 1 else None,
            "original_language": original.language,
            "original_certainty": original.certainty,
            "original_why": original.why,
        }


def _choose(page: _Page, defaults: Mapping[int, str]) -> Original:
    languages = {*page.found.by_language, *page.declared}
    if len(languages) < 2:
        return Original(None, None, None)
    tags = [tag for facts in page.about.values() for tag in facts["alternates"]]
    defaulted = {tag["address"] for tag in tags if tag["language"] is None}
    leads = {name for name, v in page.found.by_language.items() if page.about[v]["address"] in defaulted}
    leads |= {tag["language"] for tag in tags if tag["language"] and tag["address"] in defaulted} & page.declared
    told = [
        Version(
            language=name,
            html_language=page.about[v]["html_language"],
            piece_languages=page.about[v]["piece_languages"],
            translated_from=page.about[v]["translated_from"],
            fetch_time=page.about[v]["fetch_time"],
            partial=name in page.partial,
            is_default=defaults.get(page.about[v]["site"]) == name,
        )
        for name, v in page.found.by_language.items()
    ]
    return find_original(told, languages, leads)


def _measure_coverage(found: VersionSet, about: Mapping[int, _Facts]) -> dict[int, float]:
    """By version: its share of the usual length, less the share of its pieces in other languages of the set."""
    lengths = {v: facts["n_chars"] / expected_length(facts["language"]) for v, facts in about.items()}
    usual = max(median_high([lengths[version] for version in found.by_language.values()]), 1.0)
    return {v: round(min(1.0, lengths[v] / usual) * (1.0 - _foreign(facts, found)), 4) for v, facts in about.items()}


def _foreign(facts: _Facts, found: VersionSet) -> float:
    pieces = facts["piece_languages"]
    others = [piece for piece in pieces if piece != facts["language"] and piece in found.by_language]
    return len(others) / len(pieces) if pieces else 0.0
