"""The first thing on the page: the ratio in one sentence, or why there is none."""

from dataclasses import dataclass, replace

import polars as pl

from provenance.report.latest import Course, Row, describe_changes, find_course
from provenance.report.names import ORIGIN_NAMES, ORIGINS, SYNTHETIC
from provenance.report.numbers import show_interval, show_ratio, show_share
from provenance.report.periods import name_period

RATIO = "human_to_synthetic_ratio"
BOTH, OVERLAP = "both", "of these, AI-generated and then machine-translated"


@dataclass(frozen=True, slots=True)
class Part:
    """One origin of the bar under the headline."""

    origin: str
    name: str
    width: float  # percent of the bar
    shown: str
    interval: str


@dataclass(frozen=True, slots=True)
class Headline:
    """What the run says in one sentence; `figure` is empty where there is no number to print large."""

    figure: str
    sentence: str
    interval: str
    notes: tuple[str, ...]
    parts: tuple[Part, ...]
    changes: tuple[str, ...] = ()  # since the first period of a trend


def write_headline(ratio: pl.DataFrame, trend: pl.DataFrame | None = None) -> Headline:
    """The headline of the latest period of a trend that has two, else of the overall rows of the ratio table."""
    course = None if trend is None or trend.is_empty() else find_course(trend)
    return _tell_course(course) if course else _tell_all(ratio)


def _tell_course(course: Course) -> Headline:
    """The latest period, and the change since the first."""
    later = f"No estimate in {' nor in '.join(course.later)}." if course.later else ""
    told = _tell_row(course.last, (later,))
    where = name_period(str(course.last["period"]))
    changes = describe_changes(course)
    if told.figure:
        return replace(told, interval=f"In {where}: {told.interval[0].lower()}{told.interval[1:]}", changes=changes)
    return replace(told, sentence=told.sentence.replace(" here.", f" in {where}."), changes=changes)


def _tell_all(ratio: pl.DataFrame) -> Headline:
    """All periods together."""
    overall = find_rows(ratio, ()) if not ratio.is_empty() else ratio
    rows: dict[str, Row] = {str(row["unit"]): row for row in overall.iter_rows(named=True)}
    row = rows.get("documents")
    if row is None or not row["n_documents"]:
        return Headline("", "There is no document in this run, so there is nothing to estimate.", "", (), ())
    return _tell_row(row, (_describe_words(rows.get("words")),))


def _tell_row(row: Row, further: tuple[str, ...]) -> Headline:
    """The ratio of one row with its interval, as a bound, or that there is none."""
    notes = [note for note in (*further, _sentence(str(row["why"] or ""))) if note]
    value, low, high = _bounds(row)
    if low is None:
        notes = [_sentence(str(row["why"]))] if row["why"] else []
        return Headline(
            "", "The ratio of human to synthetic text cannot be estimated here.", "", tuple(notes), _parts(row)
        )
    if value is None or high is None:
        sentence = "human documents for every synthetic one"
        interval = "Lower bound only: the interval of the synthetic share includes zero."
        return Headline(f"≥ {show_ratio(low)}", sentence, interval, tuple(notes), _parts(row))
    interval = f"95 % interval {show_ratio(low)} to {show_ratio(high)}"
    sentence = "human documents for every synthetic one"
    return Headline(show_ratio(value), sentence, interval, tuple(notes), _parts(row))


def find_rows(ratio: pl.DataFrame, columns: tuple[str, ...], unit: str | None = None) -> pl.DataFrame:
    """The rows of one grouping, of one unit or of all."""
    if ratio.is_empty():
        return ratio
    same = pl.col("group_columns").list.join("\t") == "\t".join(columns)
    wanted = same & (pl.col("group_columns").list.len() == len(columns))
    return ratio.filter(wanted if unit is None else wanted & (pl.col("unit") == unit))


def is_sampled(table: pl.DataFrame) -> bool:
    """Whether the figures of a ratio or trend table are estimates for what a weighted sample was drawn from."""
    return "estimated_total" in table.columns and bool(table.get_column("estimated_total").is_not_null().any())


def show_ratio_cell(row: Row) -> tuple[str, str]:
    """The ratio of a row and its interval, as a table shows them."""
    value, low, high = _bounds(row)
    if low is None:
        return show_ratio(None), ""
    if value is None or high is None:
        return f"≥ {show_ratio(low)}", "no upper bound"
    return show_ratio(value), f"{show_ratio(low)} to {show_ratio(high)}"


def _sentence(text: str) -> str:
    """A remark of a table as a sentence of the page."""
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith('.') else '.'}" if text else ""


def _describe_words(row: Row | None) -> str:
    if row is None:
        return ""
    value, interval = show_ratio_cell(row)
    return f"By words instead of documents: {value} ({interval})." if interval else ""


def _bounds(row: Row) -> tuple[float | None, float | None, float | None]:
    return _number(row[RATIO]), _number(row[f"{RATIO}_low"]), _number(row[f"{RATIO}_high"])


def _parts(row: Row) -> tuple[Part, ...]:
    """The bar of corrected prevalences; none where one of them is not known.

    Documents that are both AI-generated and machine-translated count in both prevalences, and once in the bar.
    """
    found = {origin: _number(row[f"{origin}_prevalence"]) for origin in ORIGINS}
    if None in found.values():
        return ()
    both = _number(row.get(f"{BOTH}_prevalence")) or 0.0
    widths = {origin: (value or 0.0) - (both if origin in SYNTHETIC else 0.0) for origin, value in found.items()}
    parts = [_part(row, origin, ORIGIN_NAMES[origin], widths[origin]) for origin in ORIGINS]
    return (*parts[:2], _part(row, BOTH, OVERLAP, both), *parts[2:]) if both else tuple(parts)


def _part(row: Row, origin: str, name: str, width: float) -> Part:
    low, high = _number(row[f"{origin}_low"]), _number(row[f"{origin}_high"])
    shown = show_share(_number(row[f"{origin}_prevalence"]))
    return Part(origin, name, round(100 * max(0.0, width), 2), shown, show_interval(low, high))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
