"""The negative control: documents too old to be AI-generated must correct to about zero, in every stratum.

Three sets of such documents, each estimated as the report's own are. `same_run`: documents captured before November
2022 in the runs themselves. `reference`: the documents given as human, one half of their hosts the reference and the
other half the test, then swapped. `shipped`: the same by halves of the sources of the reference scores. A date says
nothing of machine translation, which is older than the web: only the last tests that, and a reference that is said to
hold originals.

The rule. A stratum fails when its interval lies above 0.5 %, or its prevalence above 2 % and the interval does not
reach zero. It passes when the whole interval lies below 2 %: that nothing was found among few documents proves
nothing, so what is neither is undecided (null). From fewer than 150 documents or 10 hosts only an interval wholly above
2 % fails, because estimates of so few are never quite zero. Scores are those of text and page: a first-seen date would
pass the control by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from provenance.stats.checks.rows import (
    CONTROL_SCHEMA,
    GREY_SINCE,
    ControlOptions,
    Estimate,
    Row,
    halve,
    in_zone,
    leave_out,
    read_rows,
    score_text,
    take_early,
    take_humans,
)
from provenance.stats.group import SYNTHETIC
from provenance.stats.ratio import TIMES
from provenance.stats.references import ReferenceScores
from provenance.stats.rows import RATIO
from provenance.stats.sites.columns import add_site_columns

SOURCES = ("same_run", "reference", "shipped")  # the first that decides counts
MEANING = {
    "same_run": "captured before November 2022 in the same run",
    "reference": "given as human",
    "shipped": "of people, in the reference scores",
}
NAMES = {"ai_generated": "AI-generated", "machine_translated": "machine-translated"}
PERIODS = (*TIMES, "period")
UNTOLD = {
    "same_run": "a date is no test of it: machine translation is older",
    "reference": "no test of it: the reference is not said to hold no translations",
}


@dataclass(frozen=True, slots=True)
class _Test:
    source: str
    frame: pl.DataFrame
    reference: pl.DataFrame | None
    scores: ReferenceScores | None
    note: str = ""


def check_negative(
    scored: pl.DataFrame,
    by: Sequence[str] = (),
    *,
    estimate: Estimate,
    reference: pl.DataFrame | None = None,
    scores: ReferenceScores | None = None,
    options: ControlOptions | None = None,
) -> pl.DataFrame:
    """The negative control overall and by stratum (CONTROL_SCHEMA): a row per set, group and synthetic origin.

    `by` is the report's own: times are left out of it, since a control has its own. Of a set that is split there are
    two rows, one for each half as the test. `same_run` always has rows, at least one that says that nothing is there.
    """
    options = options or ControlOptions()
    tests = (*_test_run(scored, reference, scores), *_test_reference(reference, scores), *_test_shipped(scores))
    rows = [row for test in tests for row in _check(test, by, estimate, options)]
    return pl.DataFrame(rows, schema=CONTROL_SCHEMA, orient="row")


def apply_controls(table: pl.DataFrame, controls: pl.DataFrame) -> pl.DataFrame:
    """The ratio or trend table without the prevalences that a failed negative control forbids.

    A row takes the control of its own stratum, whatever its time; where that does not decide, the one of all documents.
    Where it fails the shares stay, prevalence and interval of that origin, of human text and of what is both are null,
    so is the ratio, `estimable` is false and `why` names the control. Spiked mixtures change nothing.
    """
    verdicts = _collect_verdicts(controls.filter(pl.col("control") == "negative"))
    rows = [_withhold(row, verdicts) for row in table.iter_rows(named=True)]
    return pl.DataFrame(rows, schema=table.schema, orient="row")


def name_share(value: object) -> str:
    """A share for people."""
    return f"{value:.1%}" if isinstance(value, float) else "unknown"


def _test_run(scored: pl.DataFrame, reference: pl.DataFrame | None, scores: ReferenceScores | None) -> Iterator[_Test]:
    early = leave_out(take_early(scored), reference)
    measured = early.filter(pl.col("ai_score").is_not_null())
    grey = measured.filter(pl.col("fetch_time") >= in_zone(early, GREY_SINCE)).height if measured.height else 0
    note = f"{grey:,} of them since 14 February 2019, when GPT-2 came" if grey else ""
    yield _Test("same_run", early, reference, scores, note)


def _test_reference(reference: pl.DataFrame | None, scores: ReferenceScores | None) -> Iterator[_Test]:
    if reference is None or not reference.height:
        return
    unit = "url_host_name" if "url_host_name" in reference.columns else "\tnone"
    frame = reference if unit in reference.columns else reference.with_columns(pl.lit(None, pl.String).alias(unit))
    halves = halve(frame, unit)
    if not all(half.height for half in halves):  # all of one host
        return
    for number, (test, known) in enumerate((halves, halves[::-1]), 1):
        yield _Test("reference", test, known, scores, f"half {number} of the hosts, with the other as reference")


def _test_shipped(scores: ReferenceScores | None) -> Iterator[_Test]:
    if scores is None:
        return
    for number, test in enumerate(halve(take_humans(scores), "source"), 1):
        known = scores.without(sources=test["source"].unique().sort().to_list())
        yield _Test("shipped", test, None, known, f"half {number} of the sources, unknown to the estimate")


def _check(test: _Test, by: Sequence[str], estimate: Estimate, options: ControlOptions) -> Iterator[Row]:
    if not test.frame.height:
        for origin in SYNTHETIC:
            none = "no document was captured before November 2022"
            yield "negative", origin, [], [], test.source, 0, None, 0.0, None, None, None, None, None, none
        return
    frame = score_text(add_site_columns(test.frame), options.prior)
    strata = [entry for entry in _drop_periods(by) if _tells(frame, entry)]
    for origin, row in read_rows(estimate(frame, strata, reference=test.reference, scores=test.scores)):
        figures = [row[f"{origin}_{name}"] for name in ("share", "prevalence", "low", "high")]
        passed, why = _judge(figures[1:], _is_enough(row, options), options)
        if origin == "machine_translated" and not (test.source == "shipped" or _are_originals(test, options)):
            passed, why = None, UNTOLD[test.source]
        said = (test.note, why, row["why"] if figures[1] is None else None)
        yield (
            *("negative", origin, row["group_columns"], row["group_values"], test.source),
            *(row["n_measured"], row["n_hosts"], 0.0, *figures, passed, "; ".join(str(part) for part in said if part)),
        )


def _are_originals(test: _Test, options: ControlOptions) -> bool:
    return test.source == "reference" and options.originals


def _judge(figures: Sequence[object], enough: bool, options: ControlOptions) -> tuple[bool | None, str]:
    point, low, high = figures
    if not (isinstance(point, float) and isinstance(low, float) and isinstance(high, float)):
        return None, ""
    if enough and point > options.most and low > 0:
        return False, f"more than {options.most:.1%}, and not none, where nothing is"
    if low > (options.least if enough else options.most):
        return False, f"the interval lies above {options.least if enough else options.most:.1%} where nothing is"
    if high > options.most:
        return None, f"what there is does not show less than {options.most:.1%}"
    return True, ""


def _is_enough(row: Mapping[str, object], options: ControlOptions) -> bool:
    documents, hosts = row["effective_documents"] or row["n_measured"], row["n_hosts"]
    known = isinstance(documents, int | float) and documents >= options.enough_documents
    return known and (not isinstance(hosts, int) or hosts >= options.enough_hosts)


def _drop_periods(by: Sequence[str]) -> list[str]:
    kept = ("+".join(name for name in entry.split("+") if name not in PERIODS) for entry in by)
    return list(dict.fromkeys(entry for entry in kept if entry))


def _tells(frame: pl.DataFrame, entry: str) -> bool:
    names = entry.split("+")
    return all(name in frame.columns and frame[name].is_not_null().any() for name in names)


Verdicts = dict[tuple[str, tuple[object, ...], tuple[object, ...]], tuple[bool, str]]


def _collect_verdicts(controls: pl.DataFrame) -> Verdicts:
    """By origin and stratum: whether the first set that decides passed, and what is said where it did not."""
    found: Verdicts = {}
    for source in SOURCES:
        mine: Verdicts = {}
        for row in controls.filter(pl.col("source") == source).drop_nulls("passed").iter_rows(named=True):
            key = row["origin"], tuple(row["group_columns"]), tuple(row["group_values"])
            if mine.get(key, (True, ""))[0]:
                mine[key] = bool(row["passed"]), _describe(row)
        found = mine | found
    return found


def _describe(row: dict[str, object]) -> str:
    """The failed control for people."""
    bounds = f"{name_share(row['low'])} to {name_share(row['high'])}"
    where = ", ".join(str(value) for value in row["group_values"]) or "all documents"  # type: ignore[attr-defined]
    return (
        f"the negative control fails ({where}): of {row['n_documents']:,} documents {MEANING[str(row['source'])]}, "
        f"{name_share(row['prevalence'])} ({bounds}) correct to {NAMES[str(row['origin'])]}, where about none are"
    )


def _withhold(row: dict[str, object], verdicts: Verdicts) -> dict[str, object]:
    columns, values = row["group_columns"], row["group_values"]
    assert isinstance(columns, list)
    assert isinstance(values, list)
    kept = [(c, v) for c, v in zip(columns, values, strict=True) if c not in PERIODS]
    own = tuple(c for c, _ in kept), tuple(v for _, v in kept)
    for origin in SYNTHETIC:
        verdict = verdicts.get((origin, *own)) or verdicts.get((origin, (), ()))
        if verdict is None or verdict[0] or row[f"{origin}_prevalence"] is None:
            continue
        gone = [
            name
            for name in row
            if name.startswith((f"{origin}_", "human_", "both_", RATIO)) and not name.endswith("_share")
        ]
        why = "; ".join(str(part) for part in (row["why"], verdict[1]) if part)
        row = row | dict.fromkeys(gone) | {"estimable": False, "why": why}
    return row
