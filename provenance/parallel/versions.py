"""Documents of whole sites -> the set of languages each page exists in: the stage, row for row."""

from collections.abc import Mapping, Sequence

import polars as pl

from provenance.parallel.candidates import find_candidates, keep_rare
from provenance.parallel.describe import describe_sets
from provenance.parallel.evidence import FEW, compare
from provenance.parallel.habits import find_declared, find_defaults
from provenance.parallel.sets import VersionSet, join_sets
from provenance.schema import PARALLELS

_KEY = ["site", "address", "language"]
_TOLD = pl.Schema(
    [("version", pl.UInt32()), *((n, t) for n, t in PARALLELS.schema.items() if n not in ("doc_id", "original"))]
)


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
    declared = find_declared(versions)
    alone, single = _part(versions, rare, sets, declared)
    described = describe_sets([*sets, *single], versions, declared, find_defaults(rows, versions))
    told = pl.concat([pl.DataFrame(list(described), schema=_TOLD), _describe_alone(alone)])
    joined = numbered.join(told, on="version", how="left", maintain_order="left")
    original = pl.col("original_language") == pl.col("language").cast(pl.String)
    return PARALLELS.conform(joined.with_columns(original=original))


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


def _part(
    versions: pl.DataFrame, rare: pl.DataFrame, sets: Sequence[VersionSet], declared: Mapping[int, Sequence[str]]
) -> tuple[pl.DataFrame, list[VersionSet]]:
    """Of the versions in no set: those that stand alone, and as sets of one those with others declared.

    Left out is what cannot be measured: roots, and pages with too few anchors that do not list themselves.
    """
    grouped = {version for found in sets for version in (*found.by_language.values(), *found.twins)}
    known = rare.group_by("version").agg(n=pl.len()).filter(pl.col("n") >= FEW).select("version", known=True)
    measurable = pl.col("lists_itself") | pl.col("known").fill_null(False)
    others = versions.join(known, on="version", how="left", maintain_order="left").filter(
        measurable
        & ~pl.col("is_root")
        & ~pl.col("version").is_in(pl.Series(sorted(grouped), dtype=pl.UInt32).implode())
    )
    listing = pl.col("version").is_in(pl.Series(list(declared), dtype=pl.UInt32).implode())
    single = others.filter(listing).select("version", "language").iter_rows()
    return others.filter(~listing), [VersionSet({language: version}) for version, language in single]


def _describe_alone(versions: pl.DataFrame) -> pl.DataFrame:
    nothing = pl.lit([], dtype=pl.List(pl.String))
    told = versions.select(
        "version",
        parallel_id="doc_id",
        parallelism=pl.lit(1, pl.Int64),
        n_captured=pl.lit(1, pl.Int64),
        languages=pl.concat_list(pl.col("language").cast(pl.String)),
        partial_languages=nothing,
        how=nothing,
    )
    missing = {name: pl.lit(None, dtype) for name, dtype in _TOLD.items() if name not in told.columns}
    return told.with_columns(**missing).select(_TOLD.names())
