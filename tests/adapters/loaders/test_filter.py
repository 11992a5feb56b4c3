"""Filters: samples stay or go by their scores."""

import polars as pl
import pyarrow as pa
import pytest

import provenance
from provenance.adapters.loaders.declared import Declared, DeclaredSource
from provenance.errors import ConfigError
from tests.adapters.loaders.made_scores import make_row, make_run, make_scores

KEYS = ["d0", "d1", "d2", "d3"]  # AI-generated, machine-translated, human, without a score


@pytest.fixture
def scores(tmp_path):
    return make_scores(tmp_path / "scores.parquet")


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({}, [True, True, True, True]),
        ({"max_ai_score": 0.5}, [False, True, True, True]),
        ({"max_ai_score": 0.9}, [True, True, True, True]),
        ({"max_mt_score": 0.5}, [True, False, True, True]),
        ({"max_ai_score": 0.5, "max_mt_score": 0.5}, [False, False, True, True]),
        ({"max_ai_score": 0.5, "undetermined": "drop"}, [False, True, True, False]),
        ({"undetermined": "drop"}, [True, True, True, False]),
    ],
)
def test_limits_decide_and_a_sample_without_a_score_passes_them(scores, options, kept):
    keep = provenance.Filter(scores=scores, **options)
    assert keep({"id": KEYS}) == kept
    assert [keep({"id": key}) for key in KEYS] == kept
    assert [keep({"id": key, "text": None}) for key in KEYS] == kept


def test_the_answer_is_in_kind(scores):
    keep = provenance.Filter(max_ai_score=0.5, scores=scores)
    frame = pl.DataFrame({"id": KEYS})
    assert frame.filter(keep(frame))["id"].to_list() == KEYS[1:]
    table = frame.to_arrow()
    assert isinstance(keep(table), pa.BooleanArray)
    assert table.filter(keep(table)).num_rows == 3
    assert keep([{"id": key} for key in KEYS]) == [False, True, True, True]
    assert list(filter(keep, [{"id": key} for key in KEYS])) == [{"id": key} for key in KEYS[1:]]


def test_apply_gives_what_stays_with_its_scores(scores):
    kept = provenance.Filter(max_ai_score=0.5, scores=scores, columns=("ai_score",)).apply({"id": KEYS})
    assert kept == {"id": KEYS[1:], "ai_score": [0.1, 0.05, None]}


def test_a_declared_source_is_exempt(scores):
    keep = provenance.Filter(max_ai_score=0.5, scores=scores, declared=Declared((DeclaredSource("books", "t"),)))
    assert keep([{"id": "d0", "source": "books"}, {"id": "d0", "source": "web"}]) == [True, False]
    assert keep({"id": "d0", "source": "books"})


def test_a_capped_source_has_no_more_than_its_cap_of_what_stays(tmp_path):
    scores = make_scores(tmp_path / "many.parquet", 4000)
    declared = Declared((DeclaredSource("books", "t", cap=0.1),))
    keep = provenance.Filter(max_ai_score=0.5, scores=scores, declared=declared)
    rows = [{"id": f"d{i}", "source": "books" if i % 2 else "web"} for i in range(4000)]
    kept = [row for row, stays in zip(rows, keep(rows), strict=True) if stays]
    assert sum(row["source"] == "web" for row in kept) == 1000  # of the 2,000 the others are AI-generated
    assert sum(row["source"] == "books" for row in kept) == pytest.approx(1000 / 9, abs=32)  # three standard errors


def test_a_told_share_is_held_against_what_the_filter_keeps_of_the_rest(tmp_path):
    scores = make_scores(tmp_path / "many.parquet", 4000)
    declared = Declared((DeclaredSource("books", "t", cap=0.1, share=0.5),))
    keep = provenance.Filter(max_ai_score=0.5, scores=scores, declared=declared)
    found = keep.find_scores([{"id": "d1", "source": "books"}] * 3)
    assert keep.weigh(found).tolist() == pytest.approx([0.75 / 9] * 3)  # three quarters of the rest stay


def test_undetermined_is_the_origin_not_the_lack_of_a_score(tmp_path):
    row = {**make_row(2), "origin": "undetermined"}
    pl.DataFrame([row, {**make_row(3), "origin": "human"}], schema_overrides={"ai_score": pl.Float64}).write_parquet(
        tmp_path / "s.parquet"
    )
    keep = provenance.Filter(undetermined="drop", scores=tmp_path / "s.parquet")
    assert keep({"id": ["d2", "d3"]}) == [False, True]


def test_of_a_contrast_pair_both_stay_where_one_would(tmp_path):
    clusters = [("d0", "near"), ("d1", "unique"), ("d0", "contrast"), ("d3", "unique"), ("d4", "unique")]
    keep = provenance.Filter(max_ai_score=0.5, scores=make_run(tmp_path, clusters))
    keys = [f"d{i}" for i in range(5)]
    assert keep({"doc_id": keys}) == [True, True, True, True, False]  # d0 alone would go, as d4 does
    assert [keep({"doc_id": key}) for key in keys] == [True, True, True, True, False]


@pytest.mark.parametrize("options", [{"max_ai_score": 1.5}, {"max_mt_score": -0.1}, {"undetermined": "maybe"}])
def test_a_wrong_limit_is_refused(options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        provenance.Filter(**options)
