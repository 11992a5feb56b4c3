"""`provenance evaluate`: tables and plots, groups that are made, attacks and ablations; what is refused."""

from pathlib import Path

import polars as pl
import pytest

from provenance.train.evaluation import EVALUATION_SCHEMA
from provenance.train.losses import LOSS_SCHEMA
from tests.made_labelled import make_labelled
from tests.made_models import HAS_LMPLZ, write_small_models
from tests.test_main_job import provenance

needs_lmplz = pytest.mark.skipif(not HAS_LMPLZ, reason="lmplz is not built: make lmplz")
TABLES = ("figures", "reliability", "scores", "attacks", "ablations")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def found(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluation")
    labelled = make_labelled(40).drop("genre").with_row_index("number")
    wrong = pl.col("label").replace({"ai": "human", "human": "ai"})  # a fifth, so that no ranking is perfect
    labelled = labelled.with_columns(pl.when(pl.col("number") % 5 == 0).then(wrong).otherwise("label").alias("label"))
    labelled.write_parquet(folder / "labelled.parquet")
    done = provenance(
        *("evaluate", folder / "labelled.parquet", "--out", folder / "out", "--models", models),
        *("--by", "domain,length,genre,told_genre,nothing", "--attacks", "--ablate"),
    )
    assert done.returncode == 0, done.stderr
    assert "not in the table, so not grouped by: nothing" in done.stderr
    return folder / "out"


@needs_lmplz
def test_tables_and_plots_are_written(found: Path) -> None:
    plots = {f"{name}.{kind}" for name in ("reliability", "auroc", "tpr", "fpr") for kind in ("svg", "png")}
    assert {path.name for path in found.iterdir()} == plots | {f"{name}.parquet" for name in TABLES}
    assert pl.read_parquet(found / "figures.parquet").schema == EVALUATION_SCHEMA


@needs_lmplz
def test_length_and_told_genre_are_made_and_the_told_one_stands_in_for_a_genre(found: Path) -> None:
    figures = pl.read_parquet(found / "figures.parquet")
    groups = {by: set(part["group"]) for (by,), part in figures.group_by("by")}
    assert set(groups) == {"", "domain", "length", "genre", "told_genre"}
    assert groups["length"] <= {"0-80", "80-150", "150-300", "300+"}
    scores = pl.read_parquet(found / "scores.parquet")
    inside = scores.filter(length="80-150")["n_words"]
    assert (inside.min(), inside.max()) >= (80, 80)
    assert inside.max() < 150  # type: ignore[operator]
    assert scores["genre"].equals(scores["told_genre"])
    assert groups["told_genre"] <= {"blog", "howto", "news"}
    assert "text" not in scores.columns


@needs_lmplz
def test_attacks_change_positives_only_and_name_what_they_cost(found: Path) -> None:
    attacks = pl.read_parquet(found / "attacks.parquet")
    assert attacks.schema == LOSS_SCHEMA
    assert set(attacks["change"]) == {"zero_width", "homoglyph", "typo", "case", "whitespace", "mojibake"}
    assert attacks["fpr"].equals(attacks["fpr_after"].alias("fpr"))
    assert set(attacks["n_negative"]) == {40}
    assert attacks.filter(change="typo")["loss"].item() != 0.0


@needs_lmplz
def test_every_piece_of_evidence_is_left_out_in_turn(found: Path) -> None:
    ablations = pl.read_parquet(found / "ablations.parquet")
    assert set(ablations["change"]) == {"lr_ai_logit", "lm_ai_llr", "lm_human_nats", "genre"}
    assert ablations.filter(change="lr_ai_logit")["loss"].item() != 0.0


@needs_lmplz
def test_scores_presume_the_prior_that_is_asked(found: Path, models: Path, tmp_path: Path) -> None:
    labelled = found.parent / "labelled.parquet"
    done = provenance("evaluate", labelled, "--out", tmp_path, "--models", models, "--prior", "0.5", "--by", "")
    assert done.returncode == 0, done.stderr
    tenth, half = (pl.read_parquet(folder / "scores.parquet") for folder in (found, tmp_path))
    assert (half["ai_score"] > tenth["ai_score"]).all()
    assert half["ai_llr"].equals(tenth["ai_llr"])


@needs_lmplz
def test_rows_with_a_label_of_no_axis_are_told(models: Path, tmp_path: Path) -> None:
    odd = make_labelled(3).head(2).with_columns(label=pl.lit("AI"))
    pl.concat([make_labelled(3), odd]).write_parquet(tmp_path / "labelled.parquet")
    done = provenance("evaluate", tmp_path / "labelled.parquet", "--out", tmp_path / "out", "--models", models)
    assert done.returncode == 0, done.stderr
    assert "labels of no axis, rows left out of all figures: AI (2)" in done.stderr


@pytest.mark.parametrize("prior", ["0", "1", "1.5"])
def test_a_prior_that_is_none_is_refused(tmp_path: Path, prior: str) -> None:
    done = provenance("evaluate", "x.parquet", "--out", tmp_path / "out", "--prior", prior)
    assert done.returncode == 2
    assert "--prior" in done.stderr


@needs_lmplz
@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (make_labelled(3).filter(label="ai"), "no axis has both labels"),
        (make_labelled(3).drop("label"), "no column label"),
        (make_labelled(3).clear(), "no rows in"),
        (make_labelled(3).with_columns(text=pl.lit(1)), "column text holds Int32, no text"),
    ],
)
def test_what_cannot_be_evaluated_is_said(tmp_path: Path, models: Path, frame: pl.DataFrame, said: str) -> None:
    frame.write_parquet(tmp_path / "labelled.parquet")
    done = provenance("evaluate", tmp_path / "labelled.parquet", "--out", tmp_path / "out", "--models", models)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (tmp_path / "out").exists()
