"""What the verdict may weigh of a page's versions."""

import polars as pl

from provenance.schema import Column

SURE = 0.5  # below it the site's default language alone may have told the original
COLUMNS = {
    "parallelism": Column(pl.Float64, "languages", "in which the page exists, as in the table parallels", 1),
    "parallel_captured": Column(pl.Float64, "languages", "of those: captured in the run and found to be the same", 0),
    "parallel_original": Column(pl.Float64, "1", "1 the original, 0 a version of it; null where not told", 0, 1),
    "parallel_certainty": Column(pl.Float64, "1", "of that: an order, no probability", 0, 1),
    "parallel_translation": Column(
        pl.Float64,
        "languages",
        "as parallelism, of a version told with a certainty of 0.5 not to be the original; null else",
        1,
    ),
}


def describe_versions(parallels: pl.DataFrame) -> pl.DataFrame:
    """`COLUMNS`, row for row of the table `parallels`, to stand beside the signals."""
    named = {
        "parallelism": "parallelism",
        "parallel_captured": "n_captured",
        "parallel_original": "original",
        "parallel_certainty": "original_certainty",
    }
    told = parallels.select(pl.col(theirs).cast(COLUMNS[ours].dtype).alias(ours) for ours, theirs in named.items())
    version = (pl.col("parallel_original") == 0) & (pl.col("parallel_certainty") >= SURE)
    return told.with_columns(parallel_translation=pl.when(version).then("parallelism"))
