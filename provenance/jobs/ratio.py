"""The human-to-synthetic ratio of scored documents, wherever they lie: what `provenance ratio` and Python call."""

import difflib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

import polars as pl

from provenance.errors import ConfigError
from provenance.jobs.controls import estimate_controlled
from provenance.jobs.finished import check_models
from provenance.jobs.rates import Detector, load_detector
from provenance.jobs.scored_values import check_values, conform_values, identify_rows
from provenance.jobs.scores import REQUIRED, ScoredDocuments, read_scores
from provenance.jobs.weights import describe_sample, take_drawn
from provenance.models import load_models, models_digest
from provenance.stats import Method, StatsOptions
from provenance.stats.checks.own_reference import choose_reference
from provenance.stats.weighting import WEIGHT
from provenance.store import Place
from provenance.verdict import VerdictOptions

Scores = str | Place | pl.DataFrame | Sequence[str | Place]
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class RatioEstimate:
    """The ratio table (stats.RATIO_SCHEMA), the options it was made with, and what is to be said of its input."""

    table: pl.DataFrame
    options: StatsOptions
    notes: tuple[str, ...]


def estimate_ratio(
    scores: Scores,
    by: str | Sequence[str] = (),
    *,
    reference: Scores | None = None,
    method: Method | None = None,
    min_words: int | None = None,
    models: str | Path | None = None,
    seed: int | None = None,
    originals: bool | None = None,
    own_reference: bool | None = None,
    weight: str | None = None,
) -> pl.DataFrame:
    """Prevalences and the human-to-synthetic ratio of scored documents with 95 % intervals, as `provenance ratio`.

    `scores` is a frame as of `judge_many`, or the path or paths of `judge --out` files, verdicts or folders of runs.
    `reference` is the same of documents known not to be AI-generated, nor translated if `originals`; where none is
    given, early documents of half of the hosts are it unless `own_reference` is false. `by` names columns to group by;
    "a+b" groups by both. `weight` names the column that says how many documents of a collection each one stands for:
    then the figures are estimates for that. Documents of a run that has sample weights have them without it.

    Two rows, by documents and by words, for everything and then for each group; prevalences and bounds are shares in
    0..1, null where they cannot be estimated, and `why` says why not. What a reader should know of the input (copies,
    unknown origins, a reference of other languages) is warned of. Raises ConfigError for files, columns and options
    that cannot be used.
    """
    columns = (by,) if isinstance(by, str) else tuple(by)
    chosen = RatioOptions(
        columns, method, min_words, None if models is None else Path(models), seed, originals, own_reference, weight
    )
    found = estimate_from_scores(scores, reference, chosen)
    for note in found.notes:
        warnings.warn(note, stacklevel=2)
    return found.table


ASKED = ("method", "min_words", "seed", "originals", "own_reference")


@dataclass(frozen=True, slots=True)
class RatioOptions:
    """What the user asked for; nulls are taken from the run that the scores are from, else are the defaults."""

    by: tuple[str, ...] = ()
    method: Method | None = None
    min_words: int | None = None
    models: Path | None = None
    seed: int | None = None
    originals: bool | None = None
    own_reference: bool | None = None
    weight: str | None = None


def estimate_from_scores(scores: Scores, reference: Scores | None, asked: RatioOptions) -> RatioEstimate:
    """The ratio table of scored documents; errors of the detector are those of the models that made the scores.

    Raises ConfigError for files, columns and options that cannot be used.
    """
    columns = [name for entry in asked.by for name in entry.split("+")]
    scored = _weigh(_read(scores, [*columns, *_name(asked.weight)]), asked.weight)
    human = _take_drawn(_read(reference)) if reference is not None else None
    detector = _choose(scored, asked)
    options = detector.options
    for part in (scored, human) if human else (scored,):
        _check_scored_by(part, asked.models)
    check_grouping(columns, scored.frame.columns)
    own = choose_reference(_take_drawn(scored).frame, human.frame if human else None, options)
    table, _ = estimate_controlled(own.scored, asked.by, detector, own.reference)
    outs = [run.out for run in scored.runs if run.config.weights is not None and asked.weight is None]
    notes = (*scored.notes, *describe_sample(scored.frame, outs), *((own.note,) if own.note else ()))
    if human:
        told = (*human.notes, *compare_reference(scored.frame, human.frame, options))
        notes += tuple(f"reference: {note}" for note in told)
    return RatioEstimate(table, options, notes)


def check_grouping(columns: Sequence[str], known: Sequence[str]) -> None:
    """Raises ConfigError for a column that is not there, with the nearest that is."""
    for name in columns:
        _check_column("--by", name, known)


def _check_column(option: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        told = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
        raise ConfigError(f"{option} {name}: the scored documents have no such column; {told}")


def _read(scores: Scores, columns: Sequence[str] = ()) -> ScoredDocuments:
    if not isinstance(scores, pl.DataFrame):
        return read_scores([scores] if isinstance(scores, str | PurePath) else scores, columns)
    missing = [name for name in (*REQUIRED, "n_words") if name not in scores.columns]
    if missing:
        raise ConfigError(f"scores: no column {', '.join(missing)}; columns as of `judge_many` are expected")
    frame = conform_values(scores.drop([] if WEIGHT in columns else WEIGHT, strict=False), "scores")
    return ScoredDocuments(frame, notes=tuple(check_values(frame)))


def _name(weight: str | None) -> list[str]:
    return [] if weight is None else [weight]


def _weigh(scored: ScoredDocuments, weight: str | None) -> ScoredDocuments:
    """The documents weighted by a column of theirs, where one is named, else as they were."""
    if weight is None:
        return scored
    _check_column("--weight", weight, scored.frame.columns)
    column = scored.frame.get_column(weight)
    if not column.dtype.is_numeric():
        raise ConfigError(f"--weight {weight}: the column holds {column.dtype}, no numbers")
    known = column.cast(pl.Float64).drop_nulls()
    wrong = known.filter(~(known.is_finite() & (known > 0)))
    if len(wrong) or not len(known):
        told = f"{len(wrong):,} are not positive and finite, such as {wrong[0]}" if len(wrong) else "all are null"
        raise ConfigError(
            f"--weight {weight}: {told}; a weight is how many documents one stands for, null for none at all"
        )
    return replace(scored, frame=scored.frame.with_columns(column.cast(pl.Float64).alias(WEIGHT)))


def _take_drawn(scored: ScoredDocuments) -> ScoredDocuments:
    return replace(scored, frame=take_drawn(scored.frame))


def _choose(scored: ScoredDocuments, asked: RatioOptions) -> Detector:
    """Models, priors and options of the run that the scores are from, unless others are asked for."""
    config = scored.runs[0].config if scored.runs else None
    models = asked.models or (config.models if config else None)
    options = config.stats if config else StatsOptions()
    given = {name: getattr(asked, name) for name in ASKED}
    options = replace(options, **{name: value for name, value in given.items() if value is not None})
    return load_detector(models, config.verdict if config else VerdictOptions(), options)


def _check_scored_by(scored: ScoredDocuments, models: Path | None) -> None:
    for run in scored.runs:
        check_models(run, models or run.config.models)
    if not scored.runs and scored.models_digests - {models_digest(load_models(models))}:
        raise ConfigError("the scores were made with other models, whose errors are not known here; give --models")


def compare_reference(scored: pl.DataFrame, human: pl.DataFrame, options: StatsOptions) -> Iterator[str]:
    """What is wrong with a reference: too small, among the documents it is to judge, of other languages only."""
    measured = pl.any_horizontal(pl.col("ai_score", "mt_score").is_not_null()) & (
        pl.col("n_words") >= options.min_words
    )
    usable = human.filter(measured)
    if usable.height < options.min_documents:
        yield f"not used: fewer than {options.min_documents} of its documents have a score ({usable.height})"
        return
    shared = identify_rows(human).drop_nulls().is_in(identify_rows(scored).drop_nulls().implode()).sum()
    if shared:
        yield (
            f"{shared:,} of its {human.height:,} documents are among the scored ones: what they hold is taken for "
            "human, and the estimate is too high in human text for it; leave them out of one side"
        )
    if "language" in scored.columns and "language" in human.columns:
        known = usable.get_column("language").unique()
        counts = (
            scored.filter(measured & ~pl.col("language").is_in(known.implode()))
            .get_column("language")
            .value_counts(sort=True)
        )
        if counts.height:
            named = ", ".join(
                f"{language or 'not told'} ({n:,})" for language, n in counts.head(_MOST_NAMED).iter_rows()
            )
            yield f"none of its documents is in the language of scored ones in {named}"
