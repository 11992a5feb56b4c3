"""References by genre: thresholds that keep their rate on documents not seen, and figures of the documents seen."""

import numpy as np
import polars as pl
import pytest

from provenance.models.calibration import TAILS, Level, Mark, Reference, Stratum, Term
from provenance.schema import GENRES
from provenance.train.genre_reference import GenreOptions, Scored, fit_offsets, fit_references, sum_strata
from provenance.train.strata import sum_marks

EVEN = GenreOptions(rate=0.02, source_rate=0.04, floor=-9.0)


def humans(n: int, *, sources: int = 1, **mix: float) -> pl.DataFrame:
    told = mix or {"news": 1.0}
    shares = {f"genre_{genre}": [told.get(genre, 0.0)] * n for genre in GENRES}
    names = [f"site {i % sources}" for i in range(n)]
    return pl.DataFrame({**shares, "domain": ["d"] * n, "group": names})


NOBODY = Scored(humans(0, news=1.0), np.zeros(0))


def fit(documents: pl.DataFrame, llrs: np.ndarray, options: GenreOptions = EVEN) -> dict[str, Reference]:
    return {each.genre: each for each in fit_references("en", Scored(documents, llrs), NOBODY, -1.0, options)}


def above(documents: pl.DataFrame, llrs: np.ndarray, options: GenreOptions = EVEN) -> float:
    found = fit(documents, llrs, options)["news"].positive_above
    assert found is not None
    return found


@pytest.mark.parametrize(("n", "rate"), [(150, 0.01), (400, 0.02), (999, 0.007), (1000, 0.05)])
def test_a_threshold_keeps_its_rate_on_exchangeable_documents(n: int, rate: float) -> None:
    random = np.random.default_rng(n)
    options = GenreOptions(rate=rate, source_rate=1.0, floor=-99.0)
    documents = humans(n, sources=n)
    beyond = [1 - _normal(above(documents, random.normal(size=n), options)) for _ in range(300)]
    standard_error = np.std(beyond) / np.sqrt(len(beyond))
    assert np.mean(beyond) <= rate + 3 * standard_error
    assert np.mean(beyond) >= rate - 1 / (n + 1) - 3 * standard_error  # and is no stricter than it has to be


def _normal(value: float) -> float:
    from math import erf, sqrt

    return 0.5 * (1 + erf(value / sqrt(2)))


def test_the_threshold_lies_just_beyond_the_rank_of_split_conformal() -> None:
    llrs = np.arange(199.0)
    assert above(humans(199, sources=199), llrs) == pytest.approx(195.0001)  # rank ceil(200 * 0.98) = 196


def test_a_document_at_the_rank_itself_is_not_reached() -> None:
    for value in (0.12344, 0.12345, 0.123456789, -0.00005):
        assert above(humans(150, sources=150), np.full(150, value)) > value


def test_the_worst_source_counts() -> None:
    llrs = np.zeros(400)
    llrs[::4] = np.arange(100.0) / 10  # site 0 of 4
    assert above(humans(400, sources=4), llrs) == pytest.approx(9.6001)  # rank ceil(101 * 0.96) = 97 of 100


def test_a_source_with_few_documents_does_not_count_alone() -> None:
    llrs = np.zeros(4000)
    llrs[::100] = 9.0  # site 0 of 100, 40 documents: a hundredth of all
    assert above(humans(4000, sources=100), llrs) == pytest.approx(0.0001)


def test_a_source_is_a_group_within_a_domain() -> None:
    documents = humans(200, sources=2).with_columns(domain=pl.Series(["a"] * 100 + ["b"] * 100))
    assert fit(documents, np.zeros(200))["news"].n_sources == 4


def test_no_threshold_is_below_the_floor() -> None:
    assert above(humans(200), np.full(200, -5.0), GenreOptions(floor=1.25)) == 1.25


def test_a_genre_with_too_few_documents_has_figures_and_no_threshold() -> None:
    found = fit(humans(149), np.zeros(149))["news"]
    assert (found.positive_above, found.human_below, found.n_documents) == (None, None, 149)
    assert len(found.quantiles) == len(TAILS)


def test_a_genre_that_nothing_reads_like_has_no_reference() -> None:
    assert set(fit(humans(200, news=1.0, blog=0.0), np.zeros(200))) == {"news"}


def test_a_document_between_genres_is_in_both_references() -> None:
    found = fit(humans(200, news=0.6, blog=0.4), np.zeros(200))
    assert {genre: each.n_documents for genre, each in found.items()} == {"news": 200, "blog": 200}


def test_a_document_of_no_clear_genre_is_in_that_of_its_largest_share() -> None:
    assert set(fit(humans(200, news=0.15, blog=0.1), np.zeros(200))) == {"news"}


def test_a_document_without_genre_shares_does_no_harm() -> None:
    documents = pl.concat([humans(200), humans(5).with_columns(genre_news=pl.lit(None, pl.Float64))])
    assert np.isfinite(fit(documents, np.zeros(205))["news"].quantiles).all()


def test_without_genre_columns_there_are_no_references() -> None:
    assert fit(humans(200).drop("genre_news"), np.zeros(200)) == {}


def test_quantiles_are_the_llrs_that_the_tails_reach() -> None:
    llrs = np.random.default_rng(3).normal(size=2000)
    quantiles = fit(humans(2000), llrs)["news"].quantiles
    assert list(quantiles) == sorted(quantiles)
    for tail, quantile in zip(TAILS, quantiles, strict=True):
        assert np.mean(llrs >= quantile) == pytest.approx(tail, abs=0.001)


def pair(n: int, *, shift: float, gap: float = 2.0, **mix: float) -> tuple[Scored, Scored]:
    """People and generated texts of a genre whose log odds are right but for a shift."""
    random = np.random.default_rng(4)
    deviation = gap**0.5  # normal scores of this deviation, gap apart, are their own log odds
    return (
        Scored(humans(n, **mix), random.normal(shift - gap / 2, deviation, n)),
        Scored(humans(n, **mix), random.normal(shift + gap / 2, deviation, n)),
    )


def offset(people: Scored, generated: Scored, **options: float) -> dict[str, float]:
    found = fit_offsets(people, generated, GenreOptions(**{"shrink": 1e-6, **options}))
    return dict(zip(GENRES, found.tolist(), strict=True))


def test_an_offset_takes_back_the_shift_of_a_genre() -> None:
    assert offset(*pair(3000, shift=1.5, news=1.0))["news"] == pytest.approx(-1.5, abs=0.15)


def test_an_offset_does_not_depend_on_what_share_of_a_genre_was_generated() -> None:
    people, generated = pair(3000, shift=1.5, news=1.0)
    few = Scored(generated.frame[:300], generated.llrs[:300])
    assert offset(people, few)["news"] == pytest.approx(-1.5, abs=0.3)


def test_genres_are_shifted_each_by_itself() -> None:
    sides = zip(pair(3000, shift=1.0, news=1.0), pair(3000, shift=-1.0, blog=1.0), strict=True)
    people, generated = (
        Scored(pl.concat([one.frame, two.frame]), np.concatenate([one.llrs, two.llrs])) for one, two in sides
    )
    found = offset(people, generated)
    assert (found["news"], found["blog"]) == (pytest.approx(-1.0, abs=0.15), pytest.approx(1.0, abs=0.15))


def test_a_penalty_draws_offsets_to_zero() -> None:
    sides = pair(3000, shift=1.5, news=1.0)
    assert offset(*sides)["news"] < offset(*sides, shrink=1.0)["news"] < 0


@pytest.mark.parametrize("kept", [(29, 3000), (3000, 29), (0, 0)])
def test_a_genre_with_few_documents_on_a_side_is_not_shifted(kept: tuple[int, int]) -> None:
    sides = pair(3000, shift=1.5, news=1.0)
    few = [Scored(side.frame[:n], side.llrs[:n]) for side, n in zip(sides, kept, strict=True)]
    assert set(offset(*few).values()) == {0.0}


def test_thresholds_are_those_of_the_shifted_evidence() -> None:
    people, generated = pair(3000, shift=1.5, news=1.0)
    found = next(iter(fit_references("en", people, generated, -1.0, GenreOptions(floor=-9.0))))
    assert found.genre == "news"
    assert found.positive_above is not None
    worst = _reach_of(people.llrs + found.offset, 0.01)
    assert found.positive_above == pytest.approx(worst, abs=1e-3)
    assert found.quantiles[0] == pytest.approx(people.llrs.min() + found.offset, abs=1e-3)


def _reach_of(llrs: np.ndarray, rate: float) -> float:
    return float(np.sort(llrs)[int(np.ceil((llrs.size + 1) * (1 - rate))) - 1])


TERM = Term("a", weight=2.0, centre=1.0, clip=3.0)


def test_terms_are_summed_as_the_verdict_does() -> None:
    frame = pl.DataFrame({"n_words": [100, 100, 100], "a": [1.5, 99.0, None], "b": [1.0, 1.0, 1.0]})
    stratum = Stratum("en", 80, None, "a", (TERM, Term("b", -1.0, 0.0, 6.0)))
    assert sum_strata(frame, [stratum]).tolist() == [0.0, 2.0, -1.0]


def test_the_stratum_is_that_of_the_length() -> None:
    frame = pl.DataFrame({"n_words": [79, 80, 149, 150], "a": [2.0] * 4})
    strata = [Stratum("en", 80, 150, "a", (TERM,)), Stratum("en", 150, None, "a", ())]
    np.testing.assert_array_equal(sum_strata(frame, strata), [np.nan, 2.0, 2.0, 0.0])


def test_marks_are_worth_their_highest_level() -> None:
    marks = (Mark("m", "c", (Level(1, 2.0), Level(3, 4.0))), Mark("absent", "d", (Level(1, 9.0),)))
    assert sum_marks(pl.DataFrame({"c": [0, 1, 2, 3, None]}), marks).tolist() == [0.0, 2.0, 2.0, 4.0, 0.0]
