from collections.abc import Sequence
from datetime import UTC, datetime

import polars as pl
import pytest

from provenance.stats import ReferenceScores, StatsOptions, estimate_ratio
from provenance.stats.checks.negative import check_negative
from provenance.stats.checks.own_reference import MIN_DOCUMENTS, MIN_HOSTS, choose_reference, set_reference_apart
from provenance.stats.checks.rows import ControlOptions
from provenance.stats.checks.spikes import check_spikes
from tests.stats.made_references import make_mixed, make_references

EARLY, LATE = datetime(2021, 7, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC)


def make_crawls(n_early: int = 400, hosts: int = 60) -> pl.DataFrame:
    """An early crawl without, a late one with a fifth of AI-generated documents, both by people who write stiffly."""
    early = make_mixed(n_early, 0, hosts=hosts).with_columns(fetch_time=pl.lit(EARLY))
    late = make_mixed(400, 100, seed=1, hosts=hosts).with_columns(fetch_time=pl.lit(LATE))
    crawls = pl.concat([early, late]).with_columns(pl.col("ai_llr") + 1.5)
    return crawls.with_columns(doc_id=pl.format("d{}", pl.int_range(pl.len())))


def test_half_of_the_hosts_is_set_apart_and_only_its_early_documents():
    crawls = make_crawls()
    own = set_reference_apart(crawls, 80)
    marked = own.scored.filter("set_apart")
    assert own.reference is not None
    assert marked["doc_id"].to_list() == own.reference["doc_id"].to_list()
    assert (marked["fetch_time"] == EARLY).all()
    rest = own.scored.filter(~pl.col("set_apart"), pl.col("fetch_time") == EARLY)
    assert not set(marked["url_host_name"]) & set(rest["url_host_name"])
    assert 0.4 < marked.height / 400 < 0.6


def test_documents_set_apart_are_counted_and_not_estimated():
    crawls = make_crawls()
    own = set_reference_apart(crawls, 80)
    row = estimate_ratio(own.scored, reference=own.reference, scores=make_references()).row(0, named=True)
    assert row["n_documents"] == crawls.height
    assert row["n_measured"] == crawls.height - own.reference.height


def test_a_run_of_early_documents_alone_keeps_its_other_half():
    crawls = make_crawls().filter(pl.col("fetch_time") == EARLY)
    own = set_reference_apart(crawls, 80)
    row = estimate_ratio(own.scored, reference=own.reference, scores=make_references()).row(0, named=True)
    assert row["n_measured"] == 400 - own.reference.height
    assert row["ai_generated_prevalence"] < 0.01


def test_the_reference_brings_the_estimate_of_late_documents_nearer():
    crawls, scores = make_crawls(), make_references()
    own = set_reference_apart(crawls, 80)

    def estimate(frame: pl.DataFrame, reference: pl.DataFrame | None) -> float:
        late = frame.filter(pl.col("fetch_time") == LATE)
        return estimate_ratio(late, reference=reference, scores=scores)["ai_generated_prevalence"][0]

    assert abs(estimate(own.scored, own.reference) - 0.2) < abs(estimate(crawls, None) - 0.2)


def test_too_few_documents_or_hosts_make_no_reference():
    for crawls in (make_crawls(MIN_DOCUMENTS - 1), make_crawls(hosts=MIN_HOSTS - 1)):
        own = set_reference_apart(crawls, 80)
        assert own.reference is None
        assert own.scored.equals(crawls)


def test_short_documents_and_those_without_score_are_no_reference():
    crawls = make_crawls().with_columns(n_words=pl.when(pl.int_range(pl.len()) < 300).then(20).otherwise("n_words"))
    assert set_reference_apart(crawls, StatsOptions().min_words).reference is None


def test_without_hosts_there_is_no_own_reference():
    crawls = make_crawls().drop("url_host_name")
    assert choose_reference(crawls, None, StatsOptions()).reference is None


def test_a_document_without_id_is_neither_set_apart_nor_lost():
    crawls = make_crawls().with_columns(doc_id=pl.when(pl.int_range(pl.len()) % 3 > 0).then("doc_id"))
    own = set_reference_apart(crawls, 80)
    assert own.reference is not None
    assert own.reference["doc_id"].null_count() == 0
    row = estimate_ratio(own.scored, reference=own.reference, scores=make_references()).row(0, named=True)
    assert row["n_measured"] == crawls.height - own.reference.height


class Estimate:
    """The estimator, and the mixtures that it was given."""

    def __init__(self) -> None:
        self.frames: list[pl.DataFrame] = []

    def __call__(
        self,
        scored: pl.DataFrame,
        by: Sequence[str] = (),
        *,
        reference: pl.DataFrame | None = None,
        scores: ReferenceScores | None = None,
    ) -> pl.DataFrame:
        self.frames.append(scored)
        return estimate_ratio(scored, by, reference=reference, scores=scores, options=StatsOptions(draws=60))


def test_no_document_of_the_reference_is_in_a_known_mixture():
    own = set_reference_apart(make_crawls(800), 80)
    estimate, options = Estimate(), ControlOptions(shares=(0.5,), rounds=1)
    table = check_spikes(
        own.scored, estimate=estimate, scores=make_references(), reference=own.reference, options=options
    )
    row = table.filter(pl.col("source") == "same_run").row(0, named=True)
    assert own.reference is not None
    assert row["n_documents"] == estimate.frames[0].height == 800 - own.reference.height
    assert not set(estimate.frames[0]["doc_id"]) & set(own.reference["doc_id"])


@pytest.mark.parametrize(("originals", "passed"), [(False, None), (True, False)])
def test_early_documents_are_a_test_of_translation_only_where_they_are_told_to_be_originals(
    originals: bool, passed: bool | None
):
    early = make_mixed(600, 0, 120).with_columns(
        fetch_time=pl.lit(EARLY), doc_id=pl.format("d{}", pl.int_range(pl.len()))
    )
    own = set_reference_apart(early, 80)
    options = ControlOptions(originals=originals)
    table = check_negative(
        own.scored, estimate=Estimate(), reference=own.reference, scores=make_references(), options=options
    )
    mine = table.filter(pl.col("source") == "reference", pl.col("origin") == "machine_translated")
    assert mine["passed"].to_list() == [passed, passed]


def test_documents_set_apart_count_as_free_of_generated_text():
    """500 late documents, a fifth of them generated, and 400 early ones, of which half is the reference: 100 of 900."""
    own = set_reference_apart(make_crawls(), 80)
    assert own.reference is not None
    table = estimate_ratio(own.scored, reference=own.reference, scores=make_references())
    row = table.row(0, named=True)
    assert abs(row["ai_generated_prevalence"] - 100 / 900) < 0.015
    assert row["ai_generated_low"] < 100 / 900 < row["ai_generated_high"]
    either = row["ai_generated_prevalence"] + row["machine_translated_prevalence"] - row["both_prevalence"]
    assert abs(row["human_prevalence"] + either - 1) < 1e-9
