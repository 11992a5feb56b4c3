"""A text is held against human documents of the genres it reads like, or of all where it reads like none."""

import polars as pl
import pytest

from provenance.adapters.compared import compare_with_humans
from provenance.models.calibration import TAILS, Axis, Reference
from provenance.report.explanation import Compared
from tests.made_models import make_reference

AXIS = Axis(
    references=(
        make_reference("news", 1203, 2.0),
        make_reference("blog", 800, 3.0),
        make_reference("qa", 60, 2.5, lowest=-4.0),
        Reference("en", "legal", n_documents=12),
        Reference("de", "news", n_documents=99, positive_above=1.0),
    )
)


def compare(llr: float | None, language: str = "en", **mix: float | None) -> Compared | None:
    shares = {f"genre_{genre}": [mix.get(genre, 0.0)] for genre in ("news", "blog", "qa", "legal")}
    table = pl.DataFrame({"language": [language], **shares}, schema_overrides=dict.fromkeys(shares, pl.Float64))
    return compare_with_humans(table, AXIS, llr)


def test_a_clear_genre_is_the_only_reference() -> None:
    found = compare(-1.5, news=0.9, blog=0.1)
    assert found is not None
    assert [(each.genre, each.n_documents, each.n_sources) for each in found.references] == [("news", 1203, 5)]
    assert found.told


def test_of_a_thousand_as_many_as_the_quantile_says() -> None:
    found = compare(-6.0 + TAILS.index(0.1) / 4, news=1.0)
    assert found is not None
    assert found.references[0].of_thousand == pytest.approx(100.0)
    assert found.references[0].count == "100"
    assert not found.references[0].beyond_all


def test_a_mix_has_a_reference_each_the_larger_share_first() -> None:
    found = compare(0.0, news=0.3, qa=0.6, blog=0.1)
    assert found is not None
    assert [(each.genre, each.share) for each in found.references] == [("questions and answers", 0.6), ("news", 0.3)]
    assert found.named_mix == (("questions and answers", 0.6), ("news", 0.3), ("blog posts", 0.1))


@pytest.mark.parametrize(("genre", "count"), [("news", "fewer than 1"), ("qa", "fewer than 17")])
def test_beyond_all_documents_is_said_as_a_bound_of_their_number(genre: str, count: str) -> None:
    found = compare(9.0, **{genre: 1.0})
    assert found is not None
    assert (found.references[0].beyond_all, found.references[0].count) == (True, count)


@pytest.mark.parametrize(
    "mix", [{"legal": 1.0}, {"news": 0.15, "blog": 0.15, "qa": 0.15}, dict.fromkeys(("news", "blog", "qa", "legal"))]
)
def test_an_unknown_genre_is_held_against_all_that_carry_a_threshold(mix: dict[str, float | None]) -> None:
    found = compare(-1.5, **mix)
    assert found is not None
    assert {each.genre for each in found.references} == {"news", "blog posts", "questions and answers"}
    assert not found.told
    assert found.highest is not None
    assert found.highest.genre == "questions and answers"


def test_without_a_score_or_a_reference_nothing_is_compared() -> None:
    assert compare(None, news=1.0) is None
    assert compare(1.0, "fr", news=1.0) is None
