"""What the verdict gets of a page's versions, row for row."""

import polars as pl

from provenance.parallel.judged import COLUMNS, describe_versions
from provenance.schema import PARALLELS


def describe(*rows: tuple[int | None, bool | None, float | None]) -> pl.DataFrame:
    names = ("parallelism", "original", "original_certainty")
    return describe_versions(
        pl.DataFrame([dict(zip(names, row, strict=True)) for row in rows], schema=PARALLELS.schema)
    )


def test_columns_are_those_declared() -> None:
    table = describe((9, False, 0.8))
    assert dict(table.schema) == {name: column.dtype for name, column in COLUMNS.items()}


def test_only_what_is_surely_no_original_is_a_translation() -> None:
    table = describe((9, False, 0.8), (9, True, 0.8), (9, False, 0.36), (9, None, None), (None, None, None))
    assert table["parallel_translation"].to_list() == [9.0, None, None, None, None]
    assert table["parallelism"].to_list() == [9.0, 9.0, 9.0, 9.0, None]
