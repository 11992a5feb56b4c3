"""Columns of scored documents from other people's files: of the types that estimates read, and checked for sense."""

from collections.abc import Iterator

import polars as pl

from provenance.errors import ConfigError
from provenance.schema import ORIGINS

NUMBERS = {
    "n_words": pl.Int64,
    **dict.fromkeys(("ai_score", "mt_score", "ai_llr", "mt_llr"), pl.Float64),
}
NAMES = ("id", "doc_id", "origin", "language", "crawl", "month", "url_host_name", "url_host_registered_domain")
TIMES = ("fetch_time", "first_seen")
_SAME = ("n_words", "ai_score", "mt_score")


def conform_values(frame: pl.DataFrame, where: str) -> pl.DataFrame:
    """The frame with numbers as numbers, times in UTC and all else as it was, ids and names as text.

    Raises ConfigError, which names `where`, for a column of another kind and for a score outside 0..1.
    """
    try:
        made = frame.with_columns(
            *(_as_number(frame, name, where) for name in NUMBERS if name in frame.columns),
            *(_as_time(frame, name, where) for name in TIMES if name in frame.columns),
            *(pl.col(name).cast(pl.String) for name in frame.columns if _is_name(name, frame.schema[name])),
        )
    except pl.exceptions.PolarsError as error:
        raise ConfigError(f"{where}: {error}") from error
    for name in ("ai_score", "mt_score"):
        score = pl.col(name)
        wrong = made.filter(score.is_not_nan() & ~score.is_between(0.0, 1.0)).get_column(name)
        if len(wrong):
            raise ConfigError(f"{where}: {name}: {wrong[0]:g} is no probability; scores lie between 0 and 1")
    return made


def check_values(frame: pl.DataFrame) -> Iterator[str]:
    """What is to be said of the rows, in sentences: unknown origins, scores that are no number, repeated rows."""
    unknown = frame.filter(pl.col("origin").is_not_null() & ~pl.col("origin").is_in(ORIGINS))
    if unknown.height:
        yield f"{unknown.height:,} rows have an unknown origin ({unknown['origin'][0]!r}) and count as undetermined"
    not_a_number = int(frame.select(pl.any_horizontal(pl.col("ai_score", "mt_score").is_nan()).sum()).item())
    if not_a_number:
        yield f"{not_a_number:,} rows have a score that is NaN, which counts as not measured"
    keys = identify_rows(frame)
    repeated = keys.drop_nulls().len() - keys.drop_nulls().n_unique()
    if repeated:
        yield (
            f"{repeated:,} rows repeat another (same id, words and scores): each counts, and the intervals are too "
            "narrow for it; leave the copies out"
        )


def identify_rows(frame: pl.DataFrame) -> pl.Series:
    """A number for each row that equal documents share: id, words and scores; null without id or without any score."""
    names = [name for name in ("doc_id", "id") if name in frame.columns]
    identity = pl.coalesce(names) if names else pl.lit(None, pl.String)
    told = identity.is_not_null() & pl.any_horizontal(pl.col("ai_score", "mt_score").is_not_null())
    key = pl.struct(identity.alias("id"), *_SAME).hash()
    return frame.select(pl.when(told).then(key).alias("row")).to_series()


def _is_name(name: str, dtype: pl.DataType) -> bool:
    return name in NAMES or isinstance(dtype, pl.Categorical | pl.Enum)


def _as_number(frame: pl.DataFrame, name: str, where: str) -> pl.Expr:
    dtype = frame.schema[name]
    if not (dtype.is_numeric() or dtype == pl.Null):
        raise ConfigError(f"{where}: column {name} holds {dtype}, no numbers")
    return pl.col(name).cast(NUMBERS[name])


def _as_time(frame: pl.DataFrame, name: str, where: str) -> pl.Expr:
    dtype = frame.schema[name]
    if isinstance(dtype, pl.Datetime):
        in_utc = pl.col(name) if dtype.time_zone else pl.col(name).dt.replace_time_zone("UTC")
        return in_utc.dt.convert_time_zone("UTC").dt.cast_time_unit("us")
    if dtype in (pl.Date, pl.Null):
        return pl.col(name).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    raise ConfigError(f"{where}: column {name} holds {dtype}, no times")
