"""The ratio from files and frames: what is read, what is said of the input, and what is refused."""

import shutil
import warnings
from pathlib import Path

import polars as pl
import pytest

import provenance
from provenance.errors import ConfigError
from provenance.jobs.ratio import RatioEstimate, RatioOptions, Scores, estimate_from_scores
from provenance.stats.rows import RATIO_SCHEMA
from provenance.store import write_table
from tests.made_runs import known_file, score_file, two_runs  # noqa: F401  a fixture

Runs = tuple[Path, Path]


@pytest.fixture
def known() -> None:
    """Asked for by tests that estimate with the shipped reference scores."""


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most tests are of what is read and said: the estimator without reference scores does for them, in a moment."""
    if "known" not in request.fixturenames:
        monkeypatch.setattr("provenance.jobs.rates.load_scores", lambda models: None)


def estimate(scores: Scores, reference: Scores | None = None, **asked: object) -> RatioEstimate:
    return estimate_from_scores(scores, reference, RatioOptions(**asked))  # type: ignore[arg-type]


def refuse(scores: Scores, reference: Scores | None = None, **asked: object) -> str:
    with pytest.raises(ConfigError) as error:
        estimate(scores, reference, **asked)
    return str(error.value)


def first(found: RatioEstimate) -> dict[str, object]:
    return found.table.row(0, named=True)


def change(path: Path, **columns: pl.Expr) -> Path:
    pl.read_parquet(path).with_columns(**columns).write_parquet(path)
    return path


def test_a_file_a_folder_and_a_frame_give_the_same_table(tmp_path: Path) -> None:
    path = score_file(tmp_path / "a.parquet")
    tables = [estimate(scores).table for scores in (path, tmp_path, str(tmp_path / "*.parquet"), pl.read_parquet(path))]
    assert tables[0].schema == RATIO_SCHEMA
    assert all(table.equals(tables[0]) for table in tables)


def test_a_run_gives_the_table_of_its_own_stats(two_runs: Runs, known: None) -> None:  # noqa: F811
    own = pl.read_parquet(two_runs[0] / "stats" / "ratio.parquet").filter(pl.col("group_columns").list.len() == 0)
    assert estimate(two_runs[0]).table.equals(own)


def test_a_run_gives_the_table_of_its_verdicts(two_runs: Runs) -> None:  # noqa: F811
    by = ("language", "month")
    whole = estimate(two_runs[0], by=by)
    assert whole.table.equals(estimate(sorted((two_runs[0] / "verdicts").rglob("*.parquet")), by=by).table)
    assert whole.table.equals(estimate(two_runs[0] / "verdicts", by=by).table)


def test_runs_of_other_options_are_not_mixed(two_runs: Runs, tmp_path: Path) -> None:  # noqa: F811
    other = shutil.copytree(two_runs[1], tmp_path / "other")
    saved = other / "run.json"
    saved.write_text(saved.read_text().replace('"prior_mt": 0.1', '"prior_mt": 0.2'))
    assert "config.verdict.prior_mt: 0.1 -> 0.2" in refuse([two_runs[0], other])


def test_a_file_named_twice_counts_once(tmp_path: Path) -> None:
    path = score_file(tmp_path / "a.parquet")
    found = estimate([path, tmp_path / "." / "a.parquet", tmp_path])
    assert first(found)["n_documents"] == 400
    assert found.notes == (f"named more than once, counted once: {path}",)


def test_rows_that_repeat_others_are_told(tmp_path: Path) -> None:
    score_file(tmp_path / "a.parquet")
    shutil.copy(tmp_path / "a.parquet", tmp_path / "b.parquet")
    found = estimate(tmp_path)
    assert first(found)["n_documents"] == 800
    assert found.notes[0].startswith("400 rows repeat another")


def test_equal_ids_of_other_documents_are_no_copies(tmp_path: Path) -> None:
    score_file(tmp_path / "a.parquet", seed=1)
    score_file(tmp_path / "b.parquet", seed=2)  # `judge` numbers the rows of each file from 0
    assert estimate(tmp_path).notes == ()


def test_only_the_columns_that_are_needed_are_read(tmp_path: Path) -> None:
    path = score_file(tmp_path / "a.parquet", text="many words", evidence="much")
    from provenance.jobs.scores import read_scores

    assert {"text", "evidence"}.isdisjoint(read_scores([path]).frame.columns)
    assert "evidence" in read_scores([path], ["evidence"]).frame.columns


def test_any_column_of_the_file_groups(tmp_path: Path) -> None:
    path = change(score_file(tmp_path / "a.parquet"), shelf=pl.when(pl.int_range(400) < 100).then(1).otherwise(2))
    table = estimate(path, by=("shelf", "shelf+language")).table
    assert [list(values) for values in table["group_values"]][::2] == [[], ["2"], ["1"], ["2", "en"], ["1", "en"]]


def test_a_column_that_is_not_there_is_refused_with_the_nearest(tmp_path: Path) -> None:
    assert "did you mean language?" in refuse(score_file(tmp_path / "a.parquet"), by=("langage",))
    assert "there are" in refuse(tmp_path, by=("zzz",))


def test_documents_of_one_host_have_a_wide_interval_that_says_why(tmp_path: Path, known: None) -> None:
    alone, many = (first(estimate(known_file(tmp_path / f"{n}.parquet", 1000, 0.2, hosts=n))) for n in (1, 1000))
    widths = [row["ai_generated_high"] - row["ai_generated_low"] for row in (alone, many)]  # type: ignore[operator]
    assert widths[0] > 1.5 * widths[1]
    assert "one host" in str(alone["why"])


def test_without_synthetic_documents_the_ratio_has_a_lower_bound_only(tmp_path: Path, known: None) -> None:
    row = first(estimate(known_file(tmp_path / "a.parquet", 2000, 0.0)))
    name = "human_to_synthetic_ratio"
    assert (row[name], row[f"{name}_high"]) == (None, None)
    assert row[f"{name}_low"] > 1.0  # type: ignore[operator]
    assert row["estimable"]


@pytest.mark.parametrize(
    ("n", "columns", "why"),
    [
        (1, {}, "one document is no population"),
        (0, {}, "0 of 0 documents have a score"),
        (500, {"ai_score": None, "mt_score": None}, "no model for the language"),
        (500, {"ai_score": float("nan"), "mt_score": float("nan")}, "no model for the language"),
        (500, {"n_words": 10}, "0 of 500 documents have a score"),
    ],
    ids=["one", "none", "null", "nan", "short"],
)
def test_what_carries_no_estimate_says_so(tmp_path: Path, n: int, columns: dict[str, object], why: str) -> None:
    found = estimate(score_file(tmp_path / "a.parquet", max(n, 1), **columns) if n else empty(tmp_path))
    assert not found.table["estimable"].any()
    assert why in str(first(found)["why"])
    assert first(found)["n_documents"] == n


def empty(folder: Path) -> Path:
    path = score_file(folder / "a.parquet")
    pl.read_parquet(path).clear().write_parquet(path)
    return path


def test_scores_that_are_no_number_are_told(tmp_path: Path) -> None:
    path = change(
        score_file(tmp_path / "a.parquet"),
        ai_score=pl.when(pl.int_range(400) < 7).then(float("nan")).otherwise("ai_score"),
    )
    found = estimate(path)
    assert found.notes == ("7 rows have a score that is NaN, which counts as not measured",)
    assert first(found)["n_measured"] == 393


def test_unknown_origins_are_told(tmp_path: Path) -> None:
    found = estimate(score_file(tmp_path / "a.parquet", origin="robot"))
    assert found.notes == ("400 rows have an unknown origin ('robot') and count as undetermined",)
    assert first(found)["n_undetermined"] == 400


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"ai_score": 97.0}, "97 is no probability"),
        ({"mt_score": -0.1}, "-0.1 is no probability"),
        ({"ai_score": "high"}, "column ai_score holds String, no numbers"),
        ({"n_words": "many"}, "column n_words holds String, no numbers"),
        ({"fetch_time": "2020"}, "column fetch_time holds String, no times"),
    ],
)
def test_columns_that_mean_something_else_are_refused(tmp_path: Path, columns: dict[str, object], why: str) -> None:
    assert why in refuse(score_file(tmp_path / "a.parquet", **columns))


@pytest.mark.parametrize("name", ["ai_score", "origin", "n_words"])
def test_a_missing_column_is_named(tmp_path: Path, name: str) -> None:
    path = score_file(tmp_path / "a.parquet")
    pl.read_parquet(path).drop(name).write_parquet(path)
    assert f"no column {name}" in refuse(path)
    assert f"no column {name}" in refuse(pl.read_parquet(path))


def test_what_is_not_there_or_no_table_is_refused(tmp_path: Path) -> None:
    assert "no such file" in refuse(tmp_path / "none.parquet")
    assert "no Parquet file" in refuse(tmp_path)
    assert "fetch the file first" in refuse("https://host.example/a.parquet")
    (tmp_path / "a.txt").write_text("no table")
    assert "cannot be read as Parquet" in refuse(tmp_path / "a.txt")


def test_without_hosts_documents_are_drawn_and_the_method_says_so(tmp_path: Path) -> None:
    path = score_file(tmp_path / "a.parquet")
    pl.read_parquet(path).drop("url_host_name", "url_host_registered_domain").write_parquet(path)
    row = first(estimate(path))
    assert "bootstrap over documents" in str(row["method"])
    assert row["n_hosts"] is None


def test_options_asked_for_are_taken(tmp_path: Path) -> None:
    path = score_file(tmp_path / "a.parquet")
    assert "plain share" in str(first(estimate(path, method="share"))["method"])
    assert first(estimate(path, min_words=301))["n_measured"] == 0  # all have 300 words
    assert not estimate(path, seed=1).table.equals(estimate(path, seed=2).table)


def test_a_reference_among_the_scored_documents_is_told(tmp_path: Path) -> None:
    path = score_file(tmp_path / "a.parquet")
    human = tmp_path / "human.parquet"
    pl.concat([pl.read_parquet(path).head(60), pl.read_parquet(score_file(human, seed=5))]).write_parquet(human)
    notes = estimate(path, human).notes
    assert any("60 of its 460 documents are among the scored ones" in note for note in notes)


def test_a_reference_of_another_language_is_told(tmp_path: Path) -> None:
    scored = score_file(tmp_path / "a.parquet")
    notes = estimate(scored, score_file(tmp_path / "b.parquet", seed=5, language="de")).notes
    assert notes == ("reference: none of its documents is in the language of scored ones in en (400)",)


def test_a_reference_too_small_is_told(tmp_path: Path) -> None:
    notes = estimate(score_file(tmp_path / "a.parquet"), score_file(tmp_path / "b.parquet", 20, seed=5)).notes
    assert notes == ("reference: not used: fewer than 30 of its documents have a score (20)",)


def test_a_reference_of_several_files_is_one(tmp_path: Path) -> None:
    scored, folder = score_file(tmp_path / "a.parquet"), tmp_path / "human"
    folder.mkdir()
    parts = [score_file(folder / f"{seed}.parquet", 200, 0.0, seed) for seed in (5, 6)]
    assert estimate(scored, folder).table.equals(estimate(scored, parts).table)
    assert not estimate(scored, folder).table.equals(estimate(scored, parts[0]).table)


def test_scores_of_other_models_are_refused(tmp_path: Path) -> None:
    path = score_file(tmp_path / "a.parquet")
    write_table(path, pl.read_parquet(path), {"provenance:models_digest": "other"})
    assert "made with other models" in refuse(path)


def test_a_curated_table_is_told_to_be_a_choice(two_runs: Runs) -> None:  # noqa: F811
    assert any("chosen by their scores" in note for note in estimate(two_runs[0] / "curated").notes)


def test_python_gives_the_table_and_warns_of_what_is_to_be_said(tmp_path: Path) -> None:
    path = score_file(tmp_path / "a.parquet")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = provenance.estimate_ratio(str(path), "language")
    assert table.equals(estimate(path, by=("language",)).table)
    with pytest.warns(UserWarning, match="named more than once"):
        provenance.estimate_ratio([path, path])
