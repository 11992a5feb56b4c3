"""Which versions may be the same page: those that declare each other, share a key, or share rare anchors.

Pairs are not looked for between all members of a crowd but between its hubs and the others, so that their number grows
with the documents and not with their square.
"""

import polars as pl

MOST_PAGES = 3  # an anchor on more pages of one language of a site is boilerplate or a subject, and names no page
MOST_VERSIONS = 500  # a key of more pages is a listing whose parameter looks like a language
HUBS = 2
LEAST_SHARED = 2  # anchors, of a pair that nothing else suggests
_SCHEMA = pl.Schema({"left": pl.UInt32, "right": pl.UInt32, "listed": pl.Int8, "same_key": pl.Boolean})


def keep_rare(versions: pl.DataFrame) -> pl.DataFrame:
    """Columns `version`, `language`, `anchor` and `crowd` (anchor of a site): the anchors that name a page.

    Left out are those that more than `MOST_PAGES` pages of one language of the site have, or all of two and more.
    """
    pages = versions.select(n_pages=pl.len().over("site", "language"), version="version")
    anchors = versions.select("version", "site", "language", anchor="anchors").explode("anchor").drop_nulls()
    crowd = pl.col("site").cast(pl.UInt64) * (1 << 32) + pl.col("anchor")
    anchors = anchors.select("version", "language", "anchor", crowd=crowd)
    counted = anchors.group_by("crowd", "language").agg(n=pl.len(), version=pl.col("version").first())
    counted = counted.join(pages, on="version")
    common = (pl.col("n") > MOST_PAGES) | ((pl.col("n") > 1) & (pl.col("n") == pl.col("n_pages")))
    return anchors.join(counted.filter(common).select("crowd").unique(), on="crowd", how="anti")


def find_candidates(versions: pl.DataFrame, rare: pl.DataFrame) -> pl.DataFrame:
    """Pairs of versions of one site in different languages: `left` < `right`, `listed`, `same_key`.

    `listed` counts the directions in which hreflang leads from one to the other.
    """
    languages = versions.group_by("site", "language").agg(n_versions=pl.len())
    ranked = languages.with_columns(
        rank=pl.struct(-pl.col("n_versions").cast(pl.Int64), "language").rank("ordinal").over("site")
    )
    known = versions.select("version", "site", "language", "url_language", "page_key", "is_root")
    known = known.join(ranked.select("site", "language", "rank"), on=["site", "language"])
    listed = _listed(versions).with_columns(listed=pl.lit(1, pl.Int8), same_key=pl.lit(False))
    page = ~pl.col("is_root") & (pl.len().over("page_key") <= MOST_VERSIONS)
    keyed = _star(known.filter(page), "page_key").with_columns(listed=pl.lit(0, pl.Int8), same_key=pl.lit(True))
    sharing = _sharing(rare, known).with_columns(listed=pl.lit(0, pl.Int8), same_key=pl.lit(False))
    pairs = pl.concat([part.select(_SCHEMA.names()).cast(_SCHEMA) for part in (listed, keyed, sharing)])
    merged = pairs.group_by("left", "right").agg(pl.col("listed").sum().cast(pl.Int8), pl.col("same_key").any())
    return merged.sort("left", "right")


def _listed(versions: pl.DataFrame) -> pl.DataFrame:
    targets = versions.select("version", "site", "language", address=pl.col("alternates")).explode("address")
    targets = targets.with_columns(pl.col("address").struct.field("address")).drop_nulls("address").unique()
    reached = versions.select("site", "address", other="version", spoken="language")
    found = targets.join(reached, on=["site", "address"]).filter(pl.col("language") != pl.col("spoken"))
    return _ordered(found.select("version", "other").unique())


def _sharing(rare: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    several = rare.group_by("crowd").agg(pl.col("language").n_unique()).filter(pl.col("language") > 1)
    crowds = rare.select("version", "crowd").join(several.select("crowd"), on="crowd", how="semi")
    pairs = _star(crowds.join(known.drop("page_key", "site", "is_root"), on="version"), "crowd")
    return pairs.group_by("left", "right").agg(n=pl.len()).filter(pl.col("n") >= LEAST_SHARED)


def _star(known: pl.DataFrame, by: str) -> pl.DataFrame:
    """Pairs of the hubs of each crowd (equal values of `by`) with its members of other languages.

    Hubs are of the commonest languages of the site that are there, versions without a language in their address first.
    """
    crowded = known.filter(pl.col("language").n_unique().over(by) > 1)
    hub = pl.struct("rank", pl.col("url_language").is_not_null(), "version").rank("ordinal").over(by) <= HUBS
    hubs = crowded.filter(hub).select(by, other="version", spoken="language")
    pairs = crowded.join(hubs, on=by).filter(pl.col("language") != pl.col("spoken"))
    found = _ordered(pairs.select("version", "other", by))
    return found.unique(["left", "right", by])


def _ordered(pairs: pl.DataFrame) -> pl.DataFrame:
    return pairs.with_columns(left=pl.min_horizontal("version", "other"), right=pl.max_horizontal("version", "other"))
