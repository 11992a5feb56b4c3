"""Documents of whole sites -> the set of languages each page exists in: the stage, row for row."""

from collections.abc import Iterator
from statistics import median_high

import polars as pl

from provenance.parallel.candidates import find_candidates, keep_rare
from provenance.parallel.evidence import FEW, compare
from provenance.parallel.lengths import WHOLE, expected_length
from provenance.parallel.original import Original, Version, find_original
from provenance.parallel.sets import VersionSet, join_sets
from provenance.schema import PARALLELS

DECLARED = "declared"
_KEY = ["site", "address", "language"]
Row = dict[str, object]


def find_versions(rows: pl.DataFrame) -> pl.DataFrame:
    """The table `parallels`: a row for each of `rows` (columns of `anchors`), in order.

    All documents of a site must be among them. What a document gets depends on the documents of its site alone, and on
    their order where two captures of an address are one version.
    """
    rows = _number(rows)
    numbered, versions = _collapse(rows)
    rare = keep_rare(versions)
    pairs = compare(find_candidates(versions, rare), versions, rare)
    sets = join_sets(pairs, dict(versions.select("version", "language").iter_rows()))
    told = pl.DataFrame(list(_tell(sets, versions, rare, _find_roots(rows))), schema=_TOLD)
    joined = numbered.join(told, on="version", how="left", maintain_order="left")
    return PARALLELS.conform(
        joined.with_columns(original=pl.col("original_language") == pl.col("language").cast(pl.String))
    )


_TOLD = pl.Schema(
    [("version", pl.UInt32()), *((n, t) for n, t in PARALLELS.schema.items() if n not in ("doc_id", "original"))]
)


def _number(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with numbers for sites and languages, which are compared more often than read."""
    spoken = pl.Enum(rows["language"].unique().drop_nulls().sort())
    return rows.with_columns(pl.col("site").rank("dense"), pl.col("language").cast(spoken))


def _collapse(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with the number of their version, null where a row has no site or language; and a row a version.

    Captures of one address in one language are one version: its first row.
    """
    usable = rows.filter(pl.all_horizontal(pl.col(_KEY).is_not_null()))
    versions = usable.unique(_KEY, keep="first", maintain_order=True).with_row_index("version")
    numbers = versions.select(*_KEY, "version")
    return rows.select("doc_id", *_KEY).join(numbers, on=_KEY, how="left", maintain_order="left"), versions


def _tell(sets: list[VersionSet], versions: pl.DataFrame, rare: pl.DataFrame, roots: dict[int, str]) -> Iterator[Row]:
    """A row of the table for each version that something can be told of."""
    declared = _find_declared(versions)
    defaults = _find_defaults(versions) | roots
    n_rare = dict(rare.group_by("version").agg(n=pl.len()).iter_rows())
    grouped = {version: found for found in sets for version in (*found.by_language.values(), *found.twins)}
    facts = _Facts(versions, declared, defaults)
    for found in sets:
        yield from facts.describe(found)
    for version, language, lists_itself, root in versions.select(
        "version", "language", "lists_itself", "is_root"
    ).iter_rows():
        if version not in grouped and (lists_itself or (n_rare.get(version, 0) >= FEW and not root)):
            yield from facts.describe(VersionSet({language: version}))


def _find_declared(versions: pl.DataFrame) -> dict[int, list[str]]:
    """By version, the languages of its hreflang links that lead to pages not captured.

    A page that does not list itself lists something else. So does an address that several pages of one language list.
    """
    listed = (
        versions.filter("lists_itself").select("version", "site", "language", target="alternates").explode("target")
    )
    listed = listed.unnest("target", separator="_").rename({"target_language": "named", "target_address": "address"})
    listed = listed.drop_nulls(["named", "address"])
    several = listed.group_by("site", "language", "address").agg(n=pl.col("version").n_unique()).filter(pl.col("n") > 1)
    captured = versions.select("site", "address").unique()
    own = listed.join(several, on=["site", "language", "address"], how="anti")
    own = own.join(captured, on=["site", "address"], how="anti").filter(
        pl.col("named") != pl.col("language").cast(pl.String)
    )
    return dict(own.group_by("version").agg(pl.col("named").unique().sort()).iter_rows())


def _find_roots(rows: pl.DataFrame) -> dict[int, str]:
    """By site, the language of the page at its root, by its text, else as its html element says."""
    roots = rows.filter(pl.col("is_root") & pl.col("url_language").is_null() & pl.col("site").is_not_null())
    told = roots.select("site", language=pl.coalesce(pl.col("language").cast(pl.String), "html_language")).drop_nulls()
    return dict(told.unique("site", keep="first", maintain_order=True).iter_rows())


def _find_defaults(versions: pl.DataFrame) -> dict[int, str]:
    """By site, the language of nearly all pages without a language in their address, where other pages have one."""
    plain = pl.col("url_language").is_null()
    counted = versions.filter(plain).group_by("site", "language").agg(n=pl.len())
    leading = counted.with_columns(share=pl.col("n") / pl.col("n").sum().over("site")).filter(pl.col("share") >= 0.8)
    marked = versions.filter(~plain).select("site").unique()
    return dict(leading.join(marked, on="site", how="semi").select("site", "language").iter_rows())


class _Facts:
    """What is needed of versions to describe a set of them; only of those in sets, and looked up by number."""

    def __init__(self, versions: pl.DataFrame, declared: dict[int, list[str]], defaults: dict[int, str]) -> None:
        self._versions, self._declared, self._defaults = versions, declared, defaults

    def describe(self, found: VersionSet) -> Iterator[Row]:
        """The rows of a set."""
        own = sorted([*found.by_language.values(), *found.twins])
        about = {int(row["version"]): row for row in self._versions[own].iter_rows(named=True)}
        coverage = _measure_coverage(found, about)
        partial = sorted(name for name, version in found.by_language.items() if coverage[version] < WHOLE)
        declared = {name for version in own for name in self._declared.get(version, [])} - found.by_language.keys()
        whole = sorted(set(found.by_language) - set(partial))
        original = self._choose(found, about, partial, declared)
        first = str(about[own[0]]["doc_id"])
        for version in own:
            how, similarity = found.joined.get(version, (None, None))
            yield {
                "version": version,
                "parallel_id": first,
                "parallelism": len(whole) + len(declared),
                "n_captured": len(whole),
                "languages": sorted({*whole, *declared}),
                "partial_languages": partial,
                "how": [*([how] if how else []), *([DECLARED] if declared else [])],
                "similarity": similarity,
                "coverage": coverage[version] if len(own) > 1 else None,
                "original_language": original.language,
                "original_certainty": original.certainty,
                "original_why": original.why,
            }

    def _choose(self, found: VersionSet, about: dict[int, Row], partial: list[str], declared: set[str]) -> Original:
        if len(found.by_language) + len(declared) < 2:
            return Original(None, None, None)
        tags = [tag for row in about.values() for tag in row["alternates"]]  # type: ignore[attr-defined]
        defaulted = {tag["address"] for tag in tags if tag["language"] is None}
        told = [
            Version(
                language=name,
                html_language=about[version]["html_language"],  # type: ignore[arg-type]
                piece_languages=about[version]["piece_languages"],  # type: ignore[arg-type]
                translated_from=about[version]["translated_from"],  # type: ignore[arg-type]
                fetch_time=about[version]["fetch_time"],  # type: ignore[arg-type]
                partial=name in partial,
                is_default=self._defaults.get(int(str(about[version]["site"]))) == name,
            )
            for name, version in found.by_language.items()
        ]
        leads = {name for name, version in found.by_language.items() if about[version]["address"] in defaulted}
        leads |= {tag["language"] for tag in tags if tag["address"] in defaulted} & declared
        return find_original(told, {*found.by_language, *declared}, leads)


def _measure_coverage(found: VersionSet, about: dict[int, Row]) -> dict[int, float]:
    """By version: its share of the usual length, less the share of its pieces in other languages of the set."""
    lengths = {v: int(str(row["n_chars"])) / expected_length(str(row["language"])) for v, row in about.items()}
    usual = max(median_high([lengths[version] for version in found.by_language.values()]), 1.0)
    return {v: round(min(1.0, lengths[v] / usual) * (1.0 - _foreign(row, found)), 4) for v, row in about.items()}


def _foreign(row: Row, found: VersionSet) -> float:
    pieces: list[str] = row["piece_languages"]  # type: ignore[assignment]
    others = [piece for piece in pieces if piece != row["language"] and piece in found.by_language]
    return len(others) / len(pieces) if pieces else 0.0
