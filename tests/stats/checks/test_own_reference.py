from datetime import UTC, datetime

import polars as pl

from provenance.stats import StatsOptions, estimate_ratio
from provenance.stats.checks.own_reference import MIN_DOCUMENTS, MIN_HOSTS, set_reference_apart
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
