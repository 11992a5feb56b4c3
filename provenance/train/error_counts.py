"""How often a calibration errs, counted on documents of known origin: what corrected prevalences are made from."""

from typing import Literal

import polars as pl

from provenance.models.calibration import ErrorCount
from provenance.train.evaluation import NEGATIVE, POSITIVE

FLAGGED_AT = 0.5  # score at the prior the calibration presumes


def count_errors(
    scored: pl.DataFrame, axis: Literal["ai", "mt"], *, flagged_at: float = FLAGGED_AT, min_documents: int = 20
) -> tuple[ErrorCount, ...]:
    """Error counts by language and group, largest groups first by name; small groups of a language share one.

    `scored` has label, lang, group (a data set, generator, register or host) and the axis's score; rows without a
    score are left out. A group holds documents of either origin or of both.
    """
    positive = pl.col("label").is_in(POSITIVE[axis])
    known = scored.filter(positive | pl.col("label").is_in(NEGATIVE[axis]), pl.col(f"{axis}_score").is_not_null())
    size = pl.len().over("lang", "group")
    named = pl.when(size >= min_documents).then(pl.col("group")).otherwise(pl.lit("(small groups)"))
    flagged = pl.col(f"{axis}_score") >= flagged_at
    counted = known.group_by("lang", named.alias("group")).agg(
        (~positive).sum().alias("n_human"),
        (~positive & flagged).sum().alias("n_false_positive"),
        positive.sum().alias("n_positive"),
        (positive & flagged).sum().alias("n_true_positive"),
    )
    rows = counted.sort("lang", "group").iter_rows()
    return tuple(ErrorCount(str(language), str(group), *counts) for language, group, *counts in rows)
