"""Which family of language models an AI-generated text reads like: named where the share is high enough, else null.

It is no evidence of AI origin (0 nats): shares of families add up to one for a human text as well.
"""

import polars as pl

from provenance.schema import FAMILIES
from provenance.verdict.options import VerdictOptions

_DEFAULTS = VerdictOptions()
ORIGIN = "ai_generated"


def name_families(origin: pl.Series, signals: pl.DataFrame, options: VerdictOptions = _DEFAULTS) -> pl.Series:
    """The family (schema.FAMILIES) of each row, String; null is to abstain.

    Null where the origin is not ai_generated, no share was measured, or the largest is not above
    `options.family_share`; also of two equal shares.
    """
    shares = {
        family: signals[f"family_{family}"].fill_null(0.0)
        for family in FAMILIES
        if f"family_{family}" in signals.columns
    }
    table = pl.DataFrame({"origin": origin, **shares})
    if not shares:
        return pl.Series("family", [None] * len(origin), dtype=pl.String)
    largest = pl.max_horizontal(list(shares))
    leads = pl.sum_horizontal(pl.col(family) == largest for family in shares) == 1
    told = (pl.col("origin") == ORIGIN) & leads & (largest > options.family_share)
    named = pl.coalesce(pl.when(told & (pl.col(family) == largest)).then(pl.lit(family)) for family in shares)
    return table.select(named.alias("family")).to_series()
