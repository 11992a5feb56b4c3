"""Keys by which a corpus is cut so that a site stays in one piece, and what belongs together on a huge site near by."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.parallel.addresses import hash_text

_LOW = np.uint64(0xFFFFFFFF)


def make_keys(anchors: pl.DataFrame) -> NDArray[np.uint64]:
    """A key of 64 bits for each row of the table `anchors` (site not null): the upper half is the site's.

    The lower half is that of the least address among the versions a page lists, else that of its page key: versions
    have it in common where they declare each other or differ in nothing but a language.
    """
    sites = anchors["site"].unique()
    hashes = pl.Series([hash_text(site) for site in sites], dtype=pl.UInt64)
    site = anchors["site"].replace_strict(sites, hashes, return_dtype=pl.UInt64)
    listed = anchors["alternates"].list.eval(pl.element().struct.field("address")).list.min()
    least = pl.min_horizontal(pl.lit(listed), "address")
    told = anchors.select(pl.when("lists_itself", pl.lit(listed.is_not_null())).then(least).otherwise("page_key"))
    return (site.to_numpy() & ~_LOW) | (told.to_series().to_numpy() & _LOW)
