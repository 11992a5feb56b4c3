"""What sample weights do to figures, and what they leave as it is."""

import numpy as np
import polars as pl
import pytest

from provenance.errors import ConfigError
from provenance.stats import ErrorRates, StatsOptions, estimate_ratio, ratio_to_json
from provenance.stats.cells import gather_documents, normalise_scored
from provenance.stats.density import choose_bandwidth
from provenance.stats.knowledge import gather_knowledge
from provenance.stats.mixture import MixtureTable
from provenance.stats.parts import Sample
from provenance.stats.rows import WEIGHTED
from provenance.stats.weighting import (
    WEIGHT,
    count_worth,
    count_worth_of_clusters,
    find_loss,
    find_quantiles,
    scale_to_worth,
)
from tests.stats.made_known import known_scores
from tests.stats.made_references import make_mixed, make_references
from tests.stats.made_scores import error_rates, scored_documents

EM = StatsOptions(method="em", draws=100)
MIXTURE = StatsOptions(draws=100)
SCORED = scored_documents(2000, 0.2, 0.05).with_columns(n_words=80 + pl.int_range(2000) % 700)
TOLD = pl.exclude(WEIGHTED)
FIGURES = [f"ai_generated_{name}" for name in ("share", "prevalence", "low", "high", "adjusted_count")]


def by_em(scored: pl.DataFrame) -> pl.DataFrame:
    return estimate_ratio(scored, ["month", "url_host_name"], errors=error_rates(), options=EM)


def by_mixture(scored: pl.DataFrame, **options: object) -> pl.DataFrame:
    return estimate_ratio(scored, ["month"], scores=known_scores(), options=MIXTURE, **options)  # type: ignore[arg-type]


def weigh(frame: pl.DataFrame, weights: object) -> pl.DataFrame:
    column = weights if isinstance(weights, pl.Expr) else pl.lit(weights, pl.Float64)
    return frame.with_columns(column.cast(pl.Float64).alias(WEIGHT))


def unequal(frame: pl.DataFrame, largest: float = 50.0) -> pl.DataFrame:
    return weigh(frame, pl.Series(np.random.default_rng(3).choice([1.0, 4.0, largest], frame.height)))


def near(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    """Equal up to rounding."""
    numbers = [name for name, dtype in one.schema.items() if dtype == pl.Float64 and name not in WEIGHTED]
    left, right = (table.select(numbers).fill_null(-1.0).to_numpy() for table in (one, other))
    return bool(np.allclose(left, right, rtol=1e-6, atol=1e-9))


@pytest.mark.parametrize("estimate", [by_em, by_mixture])
def test_equal_weights_give_the_figures_of_no_weights_to_the_bit(estimate) -> None:
    weighted = estimate(weigh(SCORED, 37.3))
    assert weighted.select(TOLD).equals(estimate(SCORED).select(TOLD))
    assert weighted["estimated_total"][0] == pytest.approx(2000 * 37.3)
    assert weighted["effective_documents"][0] == weighted["n_measured"][0]


@pytest.mark.parametrize("estimate", [by_em, by_mixture])
def test_only_proportions_of_weights_matter(estimate) -> None:
    scored = unequal(SCORED)
    small, large = estimate(scored), estimate(scored.with_columns(pl.col(WEIGHT) * 1000))
    assert near(small, large)
    assert large["estimated_total"].to_list() == pytest.approx([1000 * total for total in small["estimated_total"]])


def test_documents_without_weights_have_no_total_of_a_crawl() -> None:
    assert by_em(SCORED).select(pl.col(WEIGHTED).null_count()).row(0) == (by_em(SCORED).height,) * 2


def test_a_weight_counts_as_copies_where_hosts_are_drawn() -> None:
    """Hosts are the sample, so a page that is there twice on its host makes the host no surer."""
    scored = weigh(SCORED, pl.int_range(2000) % 3 + 1)
    copied = scored.select(pl.exclude(WEIGHT).repeat_by(pl.col(WEIGHT).cast(pl.UInt32))).explode(pl.all())
    one, other = (estimate_ratio(frame, errors=error_rates(), options=EM) for frame in (scored, copied))
    assert near(one.select(FIGURES), other.select(FIGURES))
    assert (one["n_documents"][0], other["n_documents"][0]) == (2000, scored[WEIGHT].sum())
    assert one["estimated_total"].to_list() == pytest.approx([copied.height, copied["n_words"].sum()])


def test_a_weight_is_worth_less_than_copies_where_documents_are_counted() -> None:
    """The mixture's doubt hangs on the number of documents: one of weight 20 was seen once, 20 copies are 20."""
    scored = weigh(SCORED.drop("url_host_name"), pl.when(pl.int_range(2000) % 10 == 0).then(20.0).otherwise(1.0))
    copied = scored.select(pl.exclude(WEIGHT).repeat_by(pl.col(WEIGHT).cast(pl.UInt32))).explode(pl.all())
    one, other = (by_mixture(frame).row(0, named=True) for frame in (scored, copied))
    assert one["ai_generated_prevalence"] == pytest.approx(other["ai_generated_prevalence"], abs=0.03)
    widths = [row["machine_translated_high"] - row["machine_translated_low"] for row in (one, other)]
    assert widths[0] > 1.1 * widths[1]


def test_unequal_weights_widen_the_interval_by_what_the_documents_are_worth() -> None:
    """Weights that have nothing to do with origins, one document a host: as many documents fewer."""
    scored = scored_documents(4000, 0.3, 0.0, alike=0.0).drop("url_host_name")
    options = StatsOptions(method="share", draws=1000)
    rows = [estimate_ratio(frame, options=options).row(0, named=True) for frame in (scored, unequal(scored))]
    plain, weighted = (row["ai_generated_high"] - row["ai_generated_low"] for row in rows)
    expected = (rows[0]["n_measured"] / rows[1]["effective_documents"]) ** 0.5
    assert expected > 1.3
    assert weighted / plain == pytest.approx(expected, rel=0.15)


def test_where_none_is_seen_as_much_is_possible_as_the_documents_are_worth() -> None:
    scored = scored_documents(600, 0.0, 0.0, alike=0.0).drop("url_host_name").with_columns(origin=pl.lit("human"))
    scored = scored.with_columns(ai_score=pl.lit(0.01))
    row = estimate_ratio(unequal(scored, 500.0), options=StatsOptions(method="share", draws=100)).row(0, named=True)
    assert row["ai_generated_high"] == pytest.approx(3.0 / row["effective_documents"], rel=0.01)
    assert row["effective_documents"] < 250


def test_shares_and_totals_are_of_the_crawl_and_counts_of_the_sample() -> None:
    frame = weigh(SCORED, pl.when(pl.col("origin") == "ai_generated").then(9.0).otherwise(1.0))
    called = frame["origin"] == "ai_generated"
    documents, words = by_em(frame).head(2).iter_rows(named=True)
    assert documents["ai_generated_share"] == pytest.approx(9 * called.sum() / (9 * called.sum() + (~called).sum()))
    weighed = frame["n_words"] * frame[WEIGHT]
    assert words["ai_generated_share"] == pytest.approx(weighed.filter(called).sum() / weighed.sum())
    assert words["estimated_total"] == pytest.approx(weighed.sum())
    assert (documents["n_documents"], documents["n_words"]) == (2000, frame["n_words"].sum())


def test_few_documents_of_great_weight_are_too_few() -> None:
    scored = weigh(SCORED.head(100), pl.when(pl.int_range(100) < 5).then(1e6).otherwise(1.0))
    row = by_em(scored).row(0, named=True)
    assert row["ai_generated_prevalence"] is None
    assert row["why"] == "100 of 100 documents have a score, worth 5.0 for their unequal weights; an estimate needs 30"


def test_few_hosts_of_great_weight_are_the_sample() -> None:
    heavy = pl.col("url_host_name").is_in([f"h{i}.example" for i in range(4)])
    row = by_em(weigh(SCORED, pl.when(heavy).then(500.0).otherwise(1.0))).row(0, named=True)
    assert row["why"].startswith("of 200 hosts, worth ")
    assert row["ai_generated_high"] - row["ai_generated_low"] > 0.2


def test_a_language_is_worth_what_its_own_documents_are() -> None:
    """Heavy documents of one language do not take away what is known of another."""
    english, german = make_mixed(700, 300, seed=1), make_mixed(40, 0, seed=2).with_columns(language=pl.lit("de"))
    scored = normalise_scored(pl.concat([weigh(english, 1.0), weigh(german, 1e4)]), MIXTURE)
    documents = gather_documents(scored, ErrorRates())
    sample = Sample(documents, np.ones(1040), documents.host, documents.host - 1, np.ones((1, 50)), 200.0, 0.2)
    assert sample.n_effective < 50
    assert sample.take(np.arange(1000)).n_effective == pytest.approx(200 * 1000 / 1040)


def test_a_weighted_reference_stands_for_the_people_of_the_crawl() -> None:
    """Half of the reference scores like machines; where it stands for next to none of the crawl it does not anchor."""
    plain, odd = make_mixed(300, 0, seed=4), make_mixed(300, 0, seed=5).with_columns(pl.col("ai_llr") + 4)
    reference = pl.concat([weigh(plain, 100.0), weigh(odd, 1.0)])
    scored = make_mixed(900, 100, seed=6)

    def prevalence(known: pl.DataFrame) -> float:
        row = estimate_ratio(scored, scores=make_references(), reference=known, options=MIXTURE).row(0, named=True)
        return float(row["ai_generated_prevalence"] or 0.0)

    assert prevalence(reference) == pytest.approx(prevalence(plain), abs=0.015)
    assert prevalence(reference.drop(WEIGHT)) < prevalence(plain) - 0.03


def test_false_positives_are_counted_as_the_reference_stands_for_them() -> None:
    """Of the reference a tenth is flagged, which stands for one in a thousand."""
    people = scored_documents(500, 0.0, 0.0, seed=7)
    wrong = scored_documents(50, 1.0, 0.0, seed=8)
    reference = pl.concat([weigh(people, 100.0), weigh(wrong, 1.0)])

    def adjusted(known: pl.DataFrame) -> float:
        table = estimate_ratio(SCORED, errors=error_rates(), reference=known, options=EM)
        return float(table["ai_generated_adjusted_count"][0])

    assert adjusted(reference) == pytest.approx(adjusted(people), abs=0.005)
    assert adjusted(reference.drop(WEIGHT)) < adjusted(people) - 0.05


def test_a_reference_is_worth_what_its_weights_leave_of_it() -> None:
    known, languages = make_references(), ("en",)
    reference = make_mixed(400, 0, seed=9)
    heavy_hosts = pl.col("url_host_name").is_in([f"host{number}" for number in range(6)])
    heavy_page = pl.int_range(400) == 7

    def anchor(weights: pl.Expr) -> MixtureTable | None:
        documents = gather_documents(normalise_scored(weigh(reference, weights), MIXTURE), ErrorRates(), languages)
        return gather_knowledge(ErrorRates(), known, documents, MIXTURE).anchored.get((0, 0))

    even = anchor(pl.lit(1.0))
    moved = anchor(pl.when(heavy_hosts).then(1000.0).otherwise(1.0))
    assert even is not None
    assert moved is not None
    assert len(moved.humans.mass) == 3 * len(even.humans.mass)  # as where the hosts are few: moved by some nats, too
    assert anchor(pl.when(heavy_page).then(1e6).otherwise(1.0)) is None


def test_a_language_counts_as_measured_by_what_its_documents_stand_for() -> None:
    unscored = SCORED.head(500).with_columns(ai_score=pl.lit(None, pl.Float64), mt_score=pl.lit(None, pl.Float64))
    scored = pl.concat([weigh(SCORED, 1.0), weigh(unscored, 100.0)])
    assert by_em(scored.drop(WEIGHT))["n_measured"][0] == 2000
    assert by_em(scored)["n_measured"][0] == 0


@pytest.mark.parametrize("wrong", [0.0, -1.0, float("nan"), float("inf"), None])
def test_what_is_no_weight_is_refused(wrong: float | None) -> None:
    weights = pl.Series([2.0, wrong, 1.0, 1.0] * 500)
    with pytest.raises(ConfigError, match=f"{WEIGHT}: 500 of 2,000 weights are not positive and finite"):
        by_em(weigh(SCORED, weights))


def test_the_json_tells_what_is_estimated() -> None:
    told = ratio_to_json(by_em(unequal(SCORED)), EM)
    assert "the crawl that the sample was drawn from" in str(told["estimand"])
    assert told["rows"][0]["estimated_total"] > 2000  # type: ignore[index, call-overload, operator]
    plain = ratio_to_json(by_em(SCORED), EM)
    assert "sample" not in str(plain["estimand"])
    assert plain["rows"][0]["estimated_total"] is None  # type: ignore[index, call-overload]


def test_worth_is_kishs() -> None:
    assert count_worth(np.array([5.0, 5.0, 5.0])) == 3
    assert count_worth(np.array([1.0, 1.0, 2.0])) == pytest.approx(16 / 6)
    assert scale_to_worth(np.array([1.0, 1.0, 2.0])).sum() == pytest.approx(16 / 6)
    assert scale_to_worth(np.full(3, 7.0)).tolist() == [1.0, 1.0, 1.0]


def test_weights_on_pages_of_one_host_are_worth_less_than_on_pages_of_many() -> None:
    weights, one = np.repeat([100.0, 1.0], [10, 1000]), np.ones(1010)
    apart, together = np.arange(1010), np.maximum(np.arange(1010), 9)
    assert find_loss(one, weights, apart, 0.2) == pytest.approx(count_worth(weights) / 1010)
    assert find_loss(one, weights, together, 0.2) < 0.5 * find_loss(one, weights, apart, 0.2)
    assert find_loss(one, np.full(1010, 3.0), together, 0.2) == 1.0


def test_clusters_of_great_weight_are_few() -> None:
    cluster = np.repeat(np.arange(20), 5)
    assert count_worth_of_clusters(np.ones(100), np.ones(100), cluster) == 20
    assert count_worth_of_clusters(np.ones(100), np.where(cluster < 2, 1e6, 1.0), cluster) == pytest.approx(2, rel=1e-3)


def test_quantiles_and_bandwidth_of_whole_weights_are_near_those_of_copies() -> None:
    rng = np.random.default_rng(5)
    sample, weights = rng.normal(size=500), rng.integers(1, 5, 500)
    copies = np.repeat(sample, weights)
    levels = [0.1, 0.25, 0.5, 0.9]
    assert find_quantiles(sample, weights.astype(float), levels) == pytest.approx(np.quantile(copies, levels), abs=0.03)
    fewer = (len(copies) / count_worth(weights.astype(float))) ** 0.2
    weighted = choose_bandwidth(sample, weights=weights.astype(float))
    assert weighted == pytest.approx(choose_bandwidth(copies) * fewer, rel=0.03)
