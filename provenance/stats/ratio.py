"""The human-to-synthetic ratio and prevalence of a table of scored documents, overall and by group."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from provenance.errors import ConfigError
from provenance.stats.cells import ROW, SET_APART, Documents, gather_documents, normalise_scored
from provenance.stats.group import GroupEstimate, estimate_group
from provenance.stats.knowledge import Knowledge, gather_knowledge, list_languages
from provenance.stats.options import UNITS, StatsOptions
from provenance.stats.rates import ErrorRates
from provenance.stats.references import ReferenceScores
from provenance.stats.rows import ORIGINS, RATIO_SCHEMA, Cell, make_row, name_group
from provenance.stats.weighting import WEIGHT, count_worth

REST = "(all other)"  # the group of what is not among a column's largest groups
TIMES = ("month", "crawl")  # few by nature, and a trend needs each of them: never put together
HOSTS = ("url_host_name", "url_host_registered_domain")
METHODS = {
    "mixture": "mixture of candidate densities",
    "em": "expectation-maximisation on calibrated scores",
    "adjusted_count": "adjusted count",
    "share": "plain share of flagged documents, not corrected",
}


@dataclass(frozen=True, slots=True)
class _Group:
    columns: tuple[str, ...]
    values: tuple[str | None, ...]
    frame: pl.DataFrame  # its rows of the normalised table
    documents: Documents  # those of them with a score


@dataclass(frozen=True, slots=True)
class _Setting:
    knowledge: Knowledge
    options: StatsOptions
    has_hosts: bool
    has_errors: bool
    largest_weight: float | None  # that the documents' weights were divided by; null where they have none


def estimate_ratio(
    scored: pl.DataFrame,
    by: Sequence[str] = (),
    *,
    errors: ErrorRates | None = None,
    reference: pl.DataFrame | None = None,
    scores: ReferenceScores | None = None,
    options: StatsOptions | None = None,
) -> pl.DataFrame:
    """Shares, corrected prevalences and the ratio, by documents and by words, as one flat table (RATIO_SCHEMA).

    The first rows are everything together; then each entry of `by` in order: a column, or several joined by "+".
    `reference` holds scored documents known not to be AI-generated; it says nothing of translation, as an early date
    says nothing of it, unless `options.originals` claims that none of its documents is translated. `scores` is what
    documents of known origin score; the default method needs it, and falls back on expectation-maximisation in
    languages that it does not hold. The same input and seed give the same table.

    Where `scored` has a column `sample_weight`, each document stands for so many of the collection that it was drawn
    from, and shares, prevalences and the ratio are estimates of that; numbers of documents, words and hosts are those
    of the sample. So it is with the documents of `reference`.
    Raises ConfigError for a column that is not there, and for a weight that is null or not positive.
    """
    options, errors = options or StatsOptions(), errors or ErrorRates()
    frame = normalise_scored(scored, options).with_row_index(ROW)
    languages = list_languages(scores)
    documents = gather_documents(frame, errors, languages)
    known_human = None
    if reference is not None:
        known = normalise_scored(reference, options)
        known_human = gather_documents(known if options.originals else _forget_translation(known), errors, languages)
    setting = _Setting(
        gather_knowledge(errors, scores, known_human, options),
        options,
        has_hosts=frame.get_column("url_host_name").is_not_null().any(),
        has_errors=bool(errors.axes),
        largest_weight=_find_largest(scored),
    )
    rows = [_estimate_row(group, unit, setting) for group in _split(frame, documents, by, options) for unit in UNITS]
    return pl.DataFrame(rows, schema=RATIO_SCHEMA, orient="row")


def _find_largest(scored: pl.DataFrame) -> float | None:
    if WEIGHT not in scored.columns or not scored.height:
        return None
    return float(scored.get_column(WEIGHT).cast(pl.Float64).to_numpy().max())


def _forget_translation(reference: pl.DataFrame) -> pl.DataFrame:
    """The reference as one of AI-generated text only."""
    return reference.with_columns(mt_score=pl.lit(None, pl.Float64))


def _split(frame: pl.DataFrame, documents: Documents, by: Sequence[str], options: StatsOptions) -> Iterator[_Group]:
    yield _Group((), (), frame, documents)
    for entry in by:
        columns = tuple(entry.split("+"))
        unknown = [column for column in columns if column not in frame.columns]
        if unknown:
            raise ConfigError(f"cannot group by {', '.join(unknown)}: the scored documents have no such column")
        yield from _split_by(frame, documents, columns, options)


def _split_by(
    frame: pl.DataFrame, documents: Documents, columns: tuple[str, ...], options: StatsOptions
) -> Iterator[_Group]:
    """A group per distinct value, times in their order, all else the largest first; then the rest together."""
    keys = frame.select(pl.col(columns).cast(pl.String), ROW)
    sizes = keys.group_by(columns).agg(pl.len().alias("\tsize"), ROW)
    in_time = columns[-1] in TIMES
    order = list(columns) if in_time else ["\tsize", *columns]
    sizes = sizes.sort(order, descending=[name == "\tsize" for name in order], nulls_last=True)
    limit = sizes.height if in_time else options.max_groups
    position = np.full(frame.height, -1)
    position[documents.row] = np.arange(len(documents.row))

    def make(values: tuple[str | None, ...], rows: pl.Series) -> _Group:
        found = position[rows.to_numpy()]
        return _Group(columns, values, frame[rows], documents.take(np.sort(found[found >= 0])))

    for *values, _, rows in sizes.head(limit).iter_rows():
        yield make(tuple(values), pl.Series(rows))
    if sizes.height > limit:
        yield make((REST,) * len(columns), sizes.get_column(ROW)[limit:].explode().sort())


def _estimate_row(group: _Group, unit: str, setting: _Setting) -> dict[str, Cell]:
    options = setting.options
    named = zip(group.columns, group.values, strict=True)
    by_document = any(column in HOSTS and value not in (None, REST) for column, value in named)
    axes, why = _choose_axes(group, options)
    measured = group.documents.take(np.flatnonzero(group.documents.measured[:, list(axes)].all(axis=1)))
    estimate: GroupEstimate | None = None
    if axes:
        each = np.ones(len(measured.row)) if unit == "documents" else np.maximum(measured.words, 1.0)
        seed = (options.seed, zlib.crc32(name_group(group.columns, group.values).encode()))
        found = estimate_group(
            measured,
            each,
            axes,
            setting.knowledge,
            options,
            by_document=by_document,
            seed=seed,
            apart=_weigh_apart(group.frame, unit),
        )
        estimate, said = (None, found) if isinstance(found, str) else (found, found.note)
        why = "; ".join(part for part in (why, said) if part)
    counts: dict[str, Cell] = {
        "group_columns": list(group.columns),
        "group_values": list(group.values),
        "unit": unit,
        **_count(group.frame),
        "n_measured": len(measured.row) if axes else 0,
        "n_hosts": len(np.unique(measured.host)) if axes and setting.has_hosts else None,
    }
    counts |= _count_crawl(group.frame, measured if axes else None, unit, setting.largest_weight)
    used = estimate.methods if estimate is not None else (options.method,)
    anchored = estimate is not None and estimate.anchored
    method = _name_method(setting, used, by_document or not setting.has_hosts, anchored)
    return make_row(counts, _find_shares(group.frame, unit), estimate, method=method, why=why)


def _weigh_apart(frame: pl.DataFrame, unit: str) -> float:
    """Documents, or their words, that serve as the group's own reference."""
    return _weigh_all(frame.filter(SET_APART), unit) if SET_APART in frame.columns else 0.0


def _weigh(unit: str) -> pl.Expr:
    return pl.col(WEIGHT) if unit == "documents" else pl.col(WEIGHT) * pl.col("n_words")


def _weigh_all(frame: pl.DataFrame, unit: str) -> float:
    return float(frame.select(_weigh(unit).sum()).item())


def _count_crawl(
    frame: pl.DataFrame, measured: Documents | None, unit: str, largest_weight: float | None
) -> dict[str, Cell]:
    """What a weighted sample stands for, and what its measured documents are worth; nothing of documents unweighted."""
    if largest_weight is None:
        return {}
    worth = count_worth(measured.weight) if measured is not None else None
    return {"estimated_total": largest_weight * _weigh_all(frame, unit), "effective_documents": worth}


def _choose_axes(group: _Group, options: StatsOptions) -> tuple[tuple[int, ...], str]:
    """The axes that carry an estimate, and what to say where that is not both."""
    measured, weight, least = group.documents.measured, group.documents.weight, options.min_documents
    if count_worth(weight[measured.all(axis=1)]) >= least:
        return (0, 1), ""
    alone = ["AI-generated", "machine-translated"]
    for k in (0, 1):
        if count_worth(weight[measured[:, k]]) >= least:
            return (k,), f"only {alone[k]} text is measured here; the ratio needs both origins"
    if group.frame.height == 1:
        return (), "one document is no population: judge it by itself"
    long = int((group.frame.get_column("n_words") >= options.min_words).sum())
    if long >= least and not len(measured):
        return (), "no score: there is no model for the language of these documents"
    worth = "" if len(measured) < least else f", worth {count_worth(weight):.1f} for their unequal weights"
    return (), f"{len(measured)} of {group.frame.height} documents have a score{worth}; an estimate needs {least}"


def _count(frame: pl.DataFrame) -> dict[str, Cell]:
    decided = frame.get_column("origin").is_in(ORIGINS).fill_null(False)
    return {
        "n_documents": frame.height,
        "n_words": int(frame.get_column("n_words").sum()),
        "n_undetermined": int((~decided).sum()),
    }


def _find_shares(frame: pl.DataFrame, unit: str) -> dict[str, float | None]:
    """Plain shares of all documents (or words) of the group, undetermined ones in the denominator."""
    sums = frame.select(
        pl.when(pl.col("origin") == origin).then(_weigh(unit)).otherwise(0.0).sum().alias(origin) for origin in ORIGINS
    ).row(0, named=True)
    total = _weigh_all(frame, unit)
    return {origin: value / total if total else None for origin, value in sums.items()}


def _name_method(setting: _Setting, used: Sequence[str], by_document: bool, anchored: bool) -> str:
    parts = [" and ".join(METHODS[name] for name in used)]
    parts.append(f"bootstrap over {'documents' if by_document else 'hosts'}")
    if "mixture" in used:
        parts.append("sources and generators resampled")
    if set(used) & {"em", "adjusted_count"}:
        parts.append("error rates resampled" if setting.has_errors else "error rates not known: sampling error only")
    if anchored:
        axes = "" if setting.options.originals else ", which says nothing of translation"
        parts.append(f"anchored to a human reference{axes}")
    return "; ".join(parts)
