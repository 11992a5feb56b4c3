"""The experiment in small: every path trains as many bytes, on what it should see, and packages keep the same."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

pytest.importorskip("torch", reason="needs torch, which the extra `torch` brings")

from pipelines import train_through_loaders
from pipelines.byte_model import ModelOptions
from pipelines.loader_losses import compare_paths, read_runs, train_path
from pipelines.loader_paths import PACKAGES, make_paths
from pipelines.mixed_corpus import Corpus
from pipelines.train_through_loaders import compare_packages, run_paths
from provenance.adapters.seen import Seen
from tests.made_labelled import make_human

pytestmark = [
    pytest.mark.filterwarnings("ignore:This DataLoader will create"),
    pytest.mark.filterwarnings("ignore:'set_vital' is deprecated"),
]
OPTIONS = ModelOptions(hidden=8, embedding=8, buckets=64, context=64, batch=16, steps=40)
N = 120
PATHS = ("raw", "filtered", "weighted", "power", "human", "ai", "sampler")
MISSED = 0.2  # share of the AI-generated documents that the scores take for human


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    texts = make_human(N + 10)
    rows = [(f"d{i}", texts[i], "ai" if i % 2 else "human", "made", "made/all", None) for i in range(N)]
    columns = ["id", "text", "label", "set", "domain", "generator"]
    held_out = pl.DataFrame({"text": texts[N:], "kind": ["same kind", "other kind"] * 5, "domain": ["made/all"] * 10})
    return Corpus(pl.DataFrame(rows, schema=columns, orient="row"), held_out)


@pytest.fixture(scope="module")
def scores(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scores by the labels, every fifth AI-generated document taken for human; one of each origin has none."""
    ai = pl.col("label") == "ai"
    number = pl.int_range(pl.len())
    score = pl.when(number < 2).then(None).when(ai & (number % 10 != 1)).then(0.9).otherwise(0.05)
    path = tmp_path_factory.mktemp("made") / "scores.parquet"
    corpus.training.select(
        "id", language=pl.lit("en"), n_words=pl.lit(150), ai_score=score, mt_score=pl.lit(0.05),
        ai_llr=score * 4 - 2, mt_llr=pl.lit(-2.0), origin=pl.lit("undetermined"),
    ).write_parquet(path)  # fmt: skip
    return path


@pytest.fixture(scope="module")
def runs(corpus: Corpus, scores: Path) -> Path:
    """The folder of one run through each path."""
    run_paths(corpus, scores, PATHS, OPTIONS, 1)
    return scores.parent


def test_each_path_sees_what_it_should(runs: Path) -> None:
    shares = dict(read_runs(runs, "seen").select("path", "true_human_share").iter_rows())
    assert set(shares) == set(PATHS)
    assert shares["human"] == 1.0
    assert shares["ai"] == 0.0
    assert shares["raw"] < min(shares["filtered"], shares["power"]) < 1.0


def test_each_path_is_measured_on_each_held_out_document(runs: Path, corpus: Corpus) -> None:
    losses = read_runs(runs, "losses")
    assert set(losses.group_by("path").len()["len"]) == {corpus.held_out.height}
    compared = compare_paths(losses, replicates=50)
    assert set(compared["path"]) == set(PATHS)
    assert compared["bits"].is_between(1.0, 9.0).all()


def test_a_filter_shows_training_only_what_it_keeps(corpus: Corpus, scores: Path) -> None:
    path, ids = make_paths(scores)["filtered"], list[str]()
    for _ in zip(range(3 * N), path.read(corpus.training, 1, Seen(), ids), strict=False):
        pass
    known = pl.read_parquet(scores)
    assert set(ids) == set(known.filter(pl.col("ai_score").fill_null(0.0) <= 0.5)["id"])
    assert max(ids.count(name) for name in set(ids)) >= 2  # later epochs


def test_what_was_seen_is_counted_for_the_documents_that_were_trained_on(runs: Path, corpus: Corpus) -> None:
    longest = int(str(corpus.training["text"].str.len_bytes().max()))
    for row in read_runs(runs, "seen").to_dicts():
        counted = sum(row[origin] for origin in ("human", "ai_generated", "machine_translated", "undetermined"))
        assert counted == row["n_documents"]
        assert counted * (longest + 1) >= OPTIONS.n_bytes
        assert row["n_different"] <= min(counted, N)


def test_packages_keep_the_same_documents(corpus: Corpus, scores: Path) -> None:
    for package in ("datasets", "datatrove"):
        pytest.importorskip(package, reason=f"needs {package}")
    packages = tuple(name for name in PACKAGES if name != "ray")  # tests/adapters/loaders/test_ray.py has a session
    kept = compare_packages(corpus.training, scores, packages)
    assert kept["n_kept"].unique().to_list() == [N // 2 + N // 2 * MISSED]
    assert kept["package"].to_list() == list(packages)


def test_a_package_that_keeps_others_is_named(corpus: Corpus, scores: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forgetful = {**PACKAGES, "forgetful": lambda corpus, keep: PACKAGES["polars"](corpus, keep)[1:]}
    monkeypatch.setattr(train_through_loaders, "PACKAGES", forgetful)
    with pytest.raises(ValueError, match="kept through forgetful"):
        compare_packages(corpus.training, scores, ("polars", "forgetful"))


def test_what_is_there_is_not_trained_again(
    corpus: Corpus, scores: Path, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(texts: Iterator[str], options: ModelOptions) -> None:
        raise InterruptedError(f"seed {options.seed}")

    monkeypatch.setattr("pipelines.loader_losses.train_bytes", refuse)
    run_paths(corpus, scores, PATHS, OPTIONS, 1)
    with pytest.raises(InterruptedError, match="seed 2"):
        train_path("raw", make_paths(scores)["raw"], corpus, replace(OPTIONS, seed=2), runs)


def _make_losses(shift: float, noise: float) -> pl.DataFrame:
    """Three seeds of 40 documents: the path `other` needs `shift` bits a byte more than raw, give or take."""
    rows = [
        (
            path,
            seed,
            i,
            "same kind",
            100.0 * (2 + i % 7 + seed) + (path == "other") * 100 * (shift + noise * (i % 2 - 0.5)),
        )
        for path in ("raw", "other")
        for seed in range(3)
        for i in range(40)
    ]
    losses = pl.DataFrame(rows, schema=["path", "seed", "document", "kind", "bits"], orient="row")
    return losses.with_columns(n_bytes=pl.lit(100.0))


def test_differences_are_paired_by_document_and_seed() -> None:
    raw, other = compare_paths(_make_losses(0.25, 0.1)).sort("path", descending=True).to_dicts()
    assert (raw["path"], raw["difference"], raw["difference_low"]) == ("raw", 0.0, 0.0)
    assert other["difference"] == pytest.approx(0.25)
    assert other["difference_low"] < 0.25 < other["difference_high"]
    assert other["difference_high"] - other["difference_low"] < 0.05 < other["high"] - other["low"]
    assert other["bits"] == pytest.approx(raw["bits"] + 0.25)


def test_a_seed_that_one_path_lacks_is_left_out() -> None:
    losses = _make_losses(0.25, 0.0)
    compared = compare_paths(losses.filter((pl.col("path") == "raw") | (pl.col("seed") < 2)), replicates=50)
    assert compared["n_seeds"].unique().to_list() == [2]
    assert compared.filter(path="other")["difference"].item() == pytest.approx(0.25)
