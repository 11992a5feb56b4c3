"""A column of scores that says how many documents of a collection each one stands for."""

from pathlib import Path

import polars as pl
import pytest

from provenance.errors import ConfigError
from provenance.jobs.ratio import RatioOptions, estimate_from_scores
from provenance.stats.weighting import WEIGHT
from tests.made_runs import score_file
from tests.test_main_job import provenance

SENTENCE = "the crawl that the documents were drawn from"


def weighted_scores(tmp_path: Path, weight: pl.Expr) -> Path:
    path = score_file(tmp_path / "scores.parquet")
    pl.read_parquet(path).with_columns(stands_for=weight).write_parquet(path)
    return path


def test_a_column_of_scores_weighs_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenance.jobs.rates.load_scores", lambda models: None)
    machine = pl.col("origin") == "ai_generated"
    path = weighted_scores(tmp_path, pl.when(machine).then(9).when(pl.int_range(400) < 10).then(None).otherwise(1))
    plain, found = (estimate_from_scores(path, None, RatioOptions(weight=name)) for name in (None, "stands_for"))
    frame = pl.read_parquet(path).filter(pl.col("stands_for").is_not_null())
    row = found.table.row(0, named=True)
    assert row["ai_generated_share"] == pytest.approx(9 * frame.filter(machine).height / frame["stands_for"].sum())
    assert row["ai_generated_prevalence"] > 2 * plain.table["ai_generated_prevalence"][0]
    assert row["estimated_total"] == pytest.approx(frame["stands_for"].sum())
    assert SENTENCE in found.notes[0]
    assert found.notes[1].endswith("documents have no sample weight and are in no estimate.")
    assert plain.notes == ()


def test_a_weight_of_scores_that_is_none_is_refused(tmp_path: Path) -> None:
    path = weighted_scores(tmp_path, pl.int_range(400) - 1)
    for name, told in {
        "stands_for": "2 are not positive and finite, such as -1",
        "stand_for": "the scored documents have no such column",
        "origin": "holds String, no numbers",
    }.items():
        with pytest.raises(ConfigError, match=f"--weight {name}.*{told}"):
            estimate_from_scores(path, None, RatioOptions(weight=name))


def test_a_weight_that_nobody_named_weighs_nothing(tmp_path: Path) -> None:
    frame = pl.read_parquet(weighted_scores(tmp_path, pl.lit(3.0))).rename({"stands_for": WEIGHT})
    assert estimate_from_scores(frame, None, RatioOptions()).table["estimated_total"][0] is None
    assert estimate_from_scores(frame, None, RatioOptions(weight=WEIGHT)).table["estimated_total"][0] == 1200


def test_the_command_weighs_by_a_column_and_says_so(tmp_path: Path) -> None:
    path = weighted_scores(tmp_path, pl.lit(2.5))
    done = provenance("ratio", path, "--weight", "stands_for", "--method", "em", "--json")
    assert done.returncode == 0, done.stderr
    assert f"note: Shares, prevalences and ratios are estimates for {SENTENCE}" in done.stderr
    assert '"estimated_total": 1000.0' in done.stdout
