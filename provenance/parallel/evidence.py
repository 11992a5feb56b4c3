"""How alike two versions are in what does not depend on language, and whether that makes them the same page."""

import polars as pl

from provenance.parallel.lengths import LEAST, OTHER, RATIOS, WHOLE

CHUNK = 20_000  # pairs compared at a time
FEW = 3  # anchors: a page with fewer cannot be told by them
MANY = 8  # anchors of both pages: sharing next to none of them then speaks against what is declared
LEAST_KEYED, LEAST_ALONE = 0.25, 0.5  # share of anchors that must be common, with an equal key and without
LEAST_AS_MANY, MANY_LINES = 0.15, 8  # and with an equal key and as many lines
SHARED_KEYED, SHARED_ALONE, SHARED_OF_TEXT = 3, 5, 3  # and how many, of the text among them
OF_MORE = 0.2  # share of the larger set too: an own text on the same subject has little of it
OF_FEW = 0.3  # or two shared, if the larger set is that small
LEAST_OF_TEXT = 0.4  # share of the text's anchors: pages share frames, and these are not always known as such
SHARED_ALIKE = 3  # without an equal key, of texts with the same outline
AGAINST = 0.05
SHORT = 200  # characters, as in English: shorter texts are language switches, menus and error pages
LINES, CORRELATED = 6, 0.9  # an outline says something from so many lines on; Gale and Church 1993 on lengths


def compare(pairs: pl.DataFrame, versions: pl.DataFrame, rare: pl.DataFrame) -> pl.DataFrame:
    """The pairs that are the same page, with `similarity` (null without anchors) and `strength`.

    `strength` is 3 where both list each other, 2 where one lists the other, 1 for an equal key, 0 for anchors alone.
    """
    starts = range(0, max(pairs.height, 1), CHUNK)
    return _accept(pl.concat([_describe(pairs.slice(start, CHUNK), versions, rare) for start in starts]))


def _describe(pairs: pl.DataFrame, versions: pl.DataFrame, rare: pl.DataFrame) -> pl.DataFrame:
    about = versions.select(
        *("version", "is_root", "lists_itself", "outline", "language"), named=_named(), size=_size(), top=_top()
    )
    sides = ("left", "right")
    for side in sides:
        named = about.rename({name: f"{side}_{name}" for name in about.columns if name != "version"})
        pairs = pairs.join(named, left_on=side, right_on="version", maintain_order="left")
    ratio = pl.col("left_size") / pl.col("right_size")
    pairs = pairs.with_row_index("pair").with_columns(
        shorter=pl.min_horizontal("left_size", "right_size"),
        length=pl.min_horizontal(ratio, 1 / ratio),
        top=pl.min_horizontal("left_top", "right_top"),
    )
    found = pairs.join(_overlap(pairs, rare), on="pair", how="left", maintain_order="left")
    found = found.join(_outlines(pairs), on="pair", how="left", maintain_order="left").with_columns(
        pl.col("^(?:n_left|n_right|shared)(?:_text)?$").fill_null(0), pl.col("alike", "as_many").fill_null(False)
    )
    fewer = pl.min_horizontal("n_left", "n_right")
    similarity = pl.when(fewer > 0).then(pl.col("shared") / fewer)
    lists = [f"{side}_{name}" for side in sides for name in ("outline", "named")]
    elsewhere = [
        pl.col(f"{one}_named").list.contains(pl.col(f"{other}_language").cast(pl.String)).fill_null(False)
        for one, other in (sides, sides[::-1])
    ]
    told = found.with_columns(fewer=fewer, similarity=similarity, elsewhere=pl.any_horizontal(elsewhere))
    return told.drop("pair", *lists)


def _named() -> pl.Expr:
    """The languages in which a page that lists itself names a version."""
    named = pl.col("alternates").list.eval(pl.element().struct.field("language"))
    return pl.when("lists_itself").then(named)


def _size() -> pl.Expr:
    """Characters the text would have in English."""
    expected = pl.col("language").cast(pl.String).replace_strict(RATIOS, default=OTHER, return_dtype=pl.Float64)
    return pl.max_horizontal("n_chars", 1) / expected


def _top() -> pl.Expr:
    """The highest anchor that would be known of a version: the sketches of long pages end below."""
    whole = pl.col("n_anchors") <= pl.col("anchors").list.len()
    return pl.when(whole).then(pl.lit(0xFFFFFFFF)).otherwise(pl.col("anchors").list.last()).cast(pl.UInt32)


def _overlap(pairs: pl.DataFrame, rare: pl.DataFrame) -> pl.DataFrame:
    """By pair: anchors of each side that both sketches would know, and those shared, of the text among them."""
    anchors = rare.select("version", "anchor")
    left, right = (
        pairs.select("pair", "top", version=side)
        .join(anchors, on="version")
        .filter(pl.col("anchor") <= pl.col("top"))
        .select("pair", "anchor")
        for side in ("left", "right")
    )
    shared = left.join(right, on=["pair", "anchor"]).group_by("pair").agg(*_counts("shared"))
    counts = left.group_by("pair").agg(*_counts("n_left"))
    counts = counts.join(right.group_by("pair").agg(*_counts("n_right")), on="pair")
    return counts.join(shared, on="pair", how="left")


def _counts(name: str) -> tuple[pl.Expr, pl.Expr]:
    return pl.len().alias(name), (pl.col("anchor") % 2 == 1).sum().alias(f"{name}_text")


def _outlines(pairs: pl.DataFrame) -> pl.DataFrame:
    """By pair of texts with as many lines: whether they are many (`as_many`), and go together in length (`alike`)."""
    lines = pl.col("left_outline").list.len()
    equal = pairs.filter((lines == pl.col("right_outline").list.len()) & (lines >= LINES))
    exploded = equal.select("pair", "left_outline", "right_outline").explode("left_outline", "right_outline")
    together = pl.corr(pl.col("left_outline").log(), pl.col("right_outline").log())
    return exploded.group_by("pair").agg(alike=together.fill_nan(0.0) >= CORRELATED, as_many=pl.len() >= MANY_LINES)


def _accept(pairs: pl.DataFrame) -> pl.DataFrame:
    listed, like, shared = pl.col("listed"), pl.col("similarity").fill_null(0.0), pl.col("shared")
    whole, rooted = pl.col("length") >= WHOLE, pl.col("left_is_root") | pl.col("right_is_root")
    of_more = shared / pl.max_horizontal("n_left", "n_right", 1)
    like_text = pl.col("shared_text") / pl.min_horizontal("n_left_text", "n_right_text")
    proven = (like >= LEAST_ALONE) & (shared >= SHARED_ALONE)
    proven &= (pl.col("shared_text") >= SHARED_OF_TEXT) & (like_text >= LEAST_OF_TEXT)
    against = (pl.col("fewer") >= MANY) & (like < AGAINST) & ~pl.col("alike")
    lists_itself = pl.col("left_lists_itself") | pl.col("right_lists_itself")
    declared = (listed > 0) & ~against & ((listed > 1) | lists_itself | (like >= LEAST_KEYED))
    silent = (pl.col("fewer") < FEW) & (pl.max_horizontal("n_left", "n_right") < MANY) & pl.col("alike") & whole
    keyed = pl.col("same_key") & (
        ((like >= LEAST_KEYED) & (shared >= SHARED_KEYED) & (of_more >= OF_MORE))
        | ((shared > 1) & (of_more >= OF_FEW) & whole)
        | ((like >= LEAST_AS_MANY) & pl.col("as_many") & whole)
        | silent
    )
    patterned = pl.col("alike") & whole & (like >= LEAST_KEYED) & (shared >= SHARED_ALIKE)
    strength = pl.when(declared).then(pl.col("listed").clip(upper_bound=2) + 1).when(keyed).then(1).otherwise(0)
    texts = (pl.col("length") >= LEAST) & (pl.col("shorter") >= SHORT)
    other = (listed == 0) & pl.col("elsewhere")  # one names another address as its version in the other's language
    found = pl.when(rooted).then(proven).otherwise(declared | keyed | proven | patterned)
    accepted = texts & ~other & found
    marked = pairs.filter(accepted).with_columns(strength=strength.cast(pl.Int8))
    return marked.select("left", "right", "similarity", "strength", "same_key")
