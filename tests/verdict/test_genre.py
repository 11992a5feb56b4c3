"""Genres: which thresholds a document is held against, and how many humans score as high."""

import math
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.models.calibration import Axis, Reference
from provenance.schema import GENRES
from provenance.train.genre_reference import GenreOptions, Scored, fit_references
from provenance.verdict import VerdictOptions, judge_batch
from provenance.verdict.genre import PLAUSIBLE, count_of_thousand, find_plausible, find_thresholds, weigh_genre
from tests.made_models import make_reference, make_small_calibration

NEWS, BLOG = make_reference("news", 1203, 2.0), make_reference("blog", 800, 3.0)
TINY = Reference("en", "legal", n_documents=12)
STRATUM = (-2.5, 1.25)


def table(*rows: dict[str, float | None], language: str | None = "en") -> pl.DataFrame:
    names = [f"genre_{name}" for name in ("news", "blog", "legal")]
    values = [{f"genre_{name}": share for name, share in row.items()} for row in rows]
    shares = pl.DataFrame(values, schema=dict.fromkeys(names, pl.Float64))
    return shares.with_columns(language=pl.lit(language, pl.String))


def thresholds(rows: pl.DataFrame, *references: Reference) -> list[tuple[float, float]]:
    strata = (np.full(rows.height, STRATUM[0]), np.full(rows.height, STRATUM[1]))
    below, above = find_thresholds(rows, Axis(references=references), strata)
    return list(zip(below.tolist(), above.tolist(), strict=True))


def above(references: tuple[Reference, ...], **mix: float | None) -> float:
    return thresholds(table(mix), *references)[0][1]


def test_a_clear_genre_has_its_own_threshold() -> None:
    assert above((NEWS, BLOG), news=0.9, blog=0.1) == 2.0


@pytest.mark.parametrize(("share", "expected"), [(PLAUSIBLE - 0.01, 2.0), (PLAUSIBLE, 3.0)])
def test_a_mix_takes_the_more_cautious_of_the_genres_it_may_be_of(share: float, expected: float) -> None:
    assert above((NEWS, BLOG), news=1 - share, blog=share) == expected


def test_a_mix_speaks_for_human_below_the_lowest_of_its_genres() -> None:
    low = Reference("en", "blog", n_documents=200, human_below=-4.0, positive_above=1.0)
    assert thresholds(table({"news": 0.5, "blog": 0.5}), NEWS, low) == [(-4.0, 2.0)]


@pytest.mark.parametrize("mix", [{"news": 0.2}, {"news": 0.0, "blog": 0.0, "legal": 1.0}, {"blog": 0.2, "news": None}])
def test_an_unknown_genre_takes_the_most_cautious_threshold_of_all(mix: dict[str, float | None]) -> None:
    assert above((NEWS, BLOG, TINY), **mix) == 3.0


def test_a_document_whose_genre_was_not_measured_has_the_thresholds_of_its_stratum() -> None:
    assert thresholds(table({"news": None}, {"news": 1.0, "blog": 0.0}), NEWS, BLOG) == [STRATUM, (-1.0, 2.0)]


def test_without_genre_columns_the_thresholds_of_the_stratum_hold() -> None:
    assert thresholds(table({}).select("language"), NEWS, BLOG) == [STRATUM]


def test_a_document_is_of_the_same_genres_when_judged_as_in_the_reference() -> None:
    assert GenreOptions().plausible == PLAUSIBLE


@pytest.mark.parametrize("language", ["de", None])
def test_a_language_without_references_has_the_thresholds_of_its_stratum(language: str | None) -> None:
    assert thresholds(table({"news": 1.0}, language=language), NEWS) == [STRATUM]


def test_an_axis_without_references_has_the_thresholds_of_its_stratum() -> None:
    assert thresholds(table({"news": 1.0})) == [STRATUM]


@pytest.mark.parametrize("mix", [{"legal": 1.0}, {"news": 1.0}, {}])
def test_where_no_reference_is_large_enough_the_stratum_holds(mix: dict[str, float | None]) -> None:
    assert thresholds(table(mix), TINY) == [STRATUM]


def test_a_column_of_categories_is_a_language_too() -> None:
    rows = table({"news": 1.0}).with_columns(pl.col("language").cast(pl.Categorical))
    assert thresholds(rows, NEWS) == [(-1.0, 2.0)]


def test_no_rows_have_no_thresholds() -> None:
    assert thresholds(table({"news": 1.0}).clear(), NEWS) == []


@given(st.lists(st.tuples(*[st.one_of(st.none(), st.floats(0, 1))] * 3), min_size=1, max_size=5))
def test_a_documents_thresholds_do_not_depend_on_what_stands_beside_it(shares: list[tuple[float | None, ...]]) -> None:
    rows = table(*(dict(zip(("news", "blog", "legal"), each, strict=True)) for each in shares))
    alone = [thresholds(rows[i], NEWS, BLOG, TINY)[0] for i in range(rows.height)]
    assert thresholds(rows, NEWS, BLOG, TINY) == alone


def test_every_document_is_held_against_a_reference_that_carries_a_threshold() -> None:
    random = np.random.default_rng(1).dirichlet([0.5, 0.5, 0.5], 200)
    rows = table(*({"news": a, "blog": b, "legal": c} for a, b, c in random.tolist()))
    plausible = find_plausible(rows, (NEWS, BLOG, TINY))
    assert plausible[:, :2].any(axis=1).all()
    assert not plausible[:, 2].any()


def complete(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows as references are fitted from: with all genres, each row a source."""
    missing = [pl.lit(0.0).alias(f"genre_{genre}") for genre in GENRES if f"genre_{genre}" not in rows.columns]
    return rows.with_columns(*missing, domain=pl.lit("d"), group=pl.format("{}", pl.int_range(pl.len())))


NOBODY = Scored(complete(table({"news": 1.0}).clear()), np.zeros(0))


def test_a_threshold_by_told_genre_keeps_its_rate_where_the_genre_is_told_wrongly() -> None:
    random = np.random.default_rng(7)
    called = []
    for _ in range(40):
        shares, llrs = random.dirichlet([0.4, 0.4], 2000), random.normal(size=2000)  # the genre says nothing
        llrs += np.where(shares[:, 0] > 0.5, 0.0, 2.0)
        rows = complete(table(*({"news": a, "blog": b} for a, b in shares.tolist())))
        options = GenreOptions(rate=0.02, floor=-9.0, plausible=PLAUSIBLE)
        references = fit_references("en", Scored(rows[:1000], llrs[:1000]), NOBODY, 0.0, options)
        _, high = find_thresholds(rows[1000:], Axis(references=references), (np.zeros(1000), np.zeros(1000)))
        called.append(np.mean(llrs[1000:] >= high))
    assert np.mean(called) <= 0.02 + 3 * np.std(called) / math.sqrt(len(called))


def test_a_genre_is_worth_its_offset_by_its_share() -> None:
    piece = weigh_genre("ai", table({"news": 0.8, "blog": 0.2}), Axis(references=(NEWS, BLOG)), np.array([True]))
    assert (piece.nats.tolist(), piece.values.tolist()) == (pytest.approx([0.8 * 0.5 - 0.2 * 0.25]), [0.8])


@pytest.mark.parametrize(("mix", "measured"), [({"news": None, "blog": None}, True), ({"news": 1.0}, False)])
def test_a_genre_that_was_not_measured_is_worth_nothing(mix: dict[str, float | None], measured: bool) -> None:
    assert weigh_genre("ai", table(mix), Axis(references=(NEWS, BLOG)), np.array([measured])).nats.tolist() == [0.0]


def fitted(n: int) -> tuple[Reference, np.ndarray]:
    llrs = np.random.default_rng(n).gumbel(size=n)
    people = Scored(complete(table(*[{"news": 1.0}] * n)), llrs)
    return fit_references("en", people, NOBODY, 0.0, GenreOptions())[0], llrs


@pytest.mark.parametrize("n", [5000, 20_000])
def test_of_a_thousand_humans_as_many_score_as_high_as_in_the_sample(n: int) -> None:
    reference, llrs = fitted(n)
    for llr in np.quantile(llrs, [0.05, 0.5, 0.9, 0.95, 0.98, 0.99, 0.998]):
        counted = 1000 * np.mean(llrs >= llr)
        assert count_of_thousand(reference, float(llr)) == pytest.approx(counted, rel=0.15)


@pytest.mark.parametrize("n", [1, 2, 60, 200, 999, 1000, 5000])
def test_fewer_humans_score_as_high_the_higher_the_score(n: int) -> None:
    reference, _ = fitted(n)
    counts = [count_of_thousand(reference, llr) for llr in np.linspace(-4, 15, 400)]
    assert counts[0] == 1000.0
    assert all(first >= then for first, then in pairwise(counts))


@pytest.mark.parametrize("n", [60, 5000])
def test_beyond_all_humans_one_of_those_and_one_more_is_the_bound(n: int) -> None:
    reference, _ = fitted(n)
    assert count_of_thousand(reference, math.inf) == pytest.approx(1000 / (n + 1))


def test_of_references_without_figures_nothing_is_counted() -> None:
    assert math.isnan(count_of_thousand(TINY, 1.0))
    assert math.isnan(count_of_thousand(NEWS, math.nan))


def judged(n: int) -> pl.DataFrame:
    random = np.random.default_rng(2)
    ids = [str(i) for i in range(n)]
    documents = pl.DataFrame({"doc_id": ids, "language": ["en"] * n, "n_words": random.integers(60, 900, n)})
    shares = random.dirichlet([0.5, 0.5, 0.5], n)
    signals = pl.DataFrame({"doc_id": ids, "lr_ai_logit": random.normal(0, 3, n), "lm_ai_llr": random.normal(0, 1, n)})
    signals = signals.with_columns(
        pl.Series(f"genre_{genre}", shares[:, number]) for number, genre in enumerate(("news", "blog", "howto"))
    )
    signals = signals.with_columns(lm_human_nats=pl.Series(random.normal(-3, 1, n)))
    return judge_batch(documents, signals, make_small_calibration(), VerdictOptions(), first_seen=None)


def test_the_pieces_of_evidence_add_up_to_the_llr() -> None:
    verdicts = judged(300).drop_nulls("ai_llr")
    assert verdicts.height > 200
    sums = [sum(piece["nats"] for piece in pieces) for pieces in verdicts["evidence"].to_list()]
    np.testing.assert_allclose(sums, verdicts["ai_llr"].to_numpy(), atol=1e-9)
    assert any(piece["signal"] == "genre" for pieces in verdicts["evidence"].to_list() for piece in pieces)
