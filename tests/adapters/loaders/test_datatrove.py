"""Policies as steps of a datatrove pipeline, run by its own executor in its own processes."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import provenance
from tests.docs.made_corpus import write_corpus

pytest.importorskip("datatrove", reason="needs datatrove, which the extra `datatrove` brings")

from datatrove.data import Document
from datatrove.pipeline.writers.jsonl import JsonlWriter

from provenance.adapters.datatrove import ProvenanceFilter, ProvenanceScorer, ProvenanceWeights

RUN = Path(__file__).parent / "datatrove_run.py"


def split_corpus(folder: Path, n_files: int = 4) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]
    (folder / "in").mkdir()
    for number in range(n_files):
        lines = "".join(json.dumps(row) + "\n" for row in rows[number::n_files])
        (folder / "in" / f"{number}.jsonl").write_text(lines, encoding="utf-8")
    return rows


def run_pipeline(folder: Path, *options: str) -> list[dict[str, Any]]:
    """The statistics of each step; fails when the pipeline hangs."""
    done = subprocess.run(
        [sys.executable, str(RUN), str(folder), *options],
        capture_output=True,
        text=True,
        timeout=180,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return [step["stats"] for step in json.loads((folder / "stats.json").read_text(encoding="utf-8"))]


def read_written(folder: Path) -> dict[str, dict[str, Any]]:
    lines = [line for path in folder.glob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()]
    documents = {row["id"]: row for row in map(json.loads, lines)}
    assert len(documents) == len(lines)
    return documents


def find_reason(row: dict[str, Any]) -> str | None:
    """Why a row of scores is dropped, told without the code under test."""
    if row["origin"] == "undetermined" and row["ai_score"] is None:
        return "undetermined"
    return "ai_score" if row["ai_score"] > 0.5 else "mt_score" if row["mt_score"] > 0.5 else None


def make_documents(folder: Path) -> list[Document]:
    rows = pl.read_parquet(folder / "corpus.parquet").to_dicts()
    return [Document(text=row["text"], id=row["id"], metadata={"source": row["source"]}) for row in rows]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_corpus(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """The folder of a pipeline that ran with scores measured before, and its statistics."""
    folder = tmp_path_factory.mktemp("datatrove")
    write_corpus(folder)
    split_corpus(folder)
    return folder, run_pipeline(folder, "spawn")


def test_two_tasks_keep_exclude_and_count_every_document_once(ran: tuple[Path, list[dict[str, Any]]]) -> None:
    folder, stats = ran
    expected = {row["id"]: find_reason(row) for row in pl.read_parquet(folder / "scores.parquet").to_dicts()}
    kept, excluded = read_written(folder / "kept"), read_written(folder / "excluded")
    assert {
        **dict.fromkeys(kept),
        **{key: row["metadata"]["filter_reason"] for key, row in excluded.items()},
    } == expected
    assert len(kept) + len(excluded) == len(expected)
    reasons = Counter(expected.values())
    assert {"ai_score", "undetermined"} <= set(reasons)
    assert stats[2]["total"] == len(expected) == stats[1]["total"]
    assert stats[2]["forwarded"] == reasons.pop(None) == len(kept)
    assert stats[2]["dropped"] == len(excluded)
    assert {name: stats[2][f"dropped_{name}"] for name in reasons} == reasons


def test_what_is_written_carries_its_scores_and_weight(ran: tuple[Path, list[dict[str, Any]]]) -> None:
    folder, _ = ran
    scores = {row["id"]: row for row in pl.read_parquet(folder / "scores.parquet").to_dicts()}
    weigh = provenance.Weights(power=2.0, scores=provenance.Scores(folder / "scores.parquet"))
    written = read_written(folder / "kept") | read_written(folder / "excluded")
    assert len(written) == len(scores)
    for key, row in written.items():
        told = row["metadata"]
        assert [told[name] for name in weigh.columns] == [scores[key][name] for name in weigh.columns]
        assert told["weight"] == weigh({"id": key, "text": row["text"]})


@pytest.mark.parametrize("start_method", ["fork", "forkserver"])
def test_workers_of_a_parent_that_judged_score_on_the_fly(folder: Path, start_method: str) -> None:
    rows = split_corpus(folder)[:8]
    for path in (folder / "in").iterdir():
        path.unlink()
    for number, row in enumerate(rows):
        (folder / "in" / f"{number}.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    run_pipeline(folder, start_method, "judge")
    written = read_written(folder / "kept") | read_written(folder / "excluded")
    told = [written[row["id"]]["metadata"]["ai_score"] for row in rows]
    assert told == provenance.judge_many([row["text"] for row in rows])["ai_score"].to_list()
    assert any(score is not None for score in told)


@pytest.mark.parametrize("batch_size", [1, 7, 1000])
def test_the_size_of_batches_changes_nothing(folder: Path, batch_size: int) -> None:
    keep = provenance.Filter(max_ai_score=0.5, scores=provenance.Scores(folder / "scores.parquet"))
    step = ProvenanceFilter(keep, batch_size=batch_size)
    kept = [doc.id for doc in step.run(iter(make_documents(folder)))]
    scores = pl.read_parquet(folder / "scores.parquet")
    assert kept == scores.filter(~(pl.col("ai_score").fill_null(0.0) > 0.5))["id"].to_list()


def test_each_document_is_answered_for_with_one_reason_and_its_scores(tmp_path: Path) -> None:
    rows = [
        ("both", 0.9, 0.8, "ai_generated", (False, "ai_score")),
        ("translated", 0.1, 0.8, "machine_translated", (False, "mt_score")),
        ("unclear", 0.4, 0.1, "undetermined", (False, "undetermined")),
        ("human", 0.1, 0.1, "human", True),
    ]
    frame = pl.DataFrame([row[:4] for row in rows], schema=["id", "ai_score", "mt_score", "origin"], orient="row")
    frame.write_parquet(tmp_path / "few.parquet")
    keep = provenance.Filter(max_ai_score=0.5, max_mt_score=0.5, undetermined="drop", scores=tmp_path / "few.parquet")
    documents = [Document(text="", id=row[0]) for row in rows]
    step = ProvenanceFilter(keep)
    assert step.filter_batch(documents) == [row[-1] for row in rows] == [step.filter(doc) for doc in documents]
    assert [{"id": doc.id, **doc.metadata} for doc in documents] == frame.to_dicts()


def test_weights_as_a_filter_draw_the_same_in_every_run_and_anew_in_every_epoch(folder: Path) -> None:
    weigh = provenance.Weights(power=1.0, cluster_power=0.0, scores=provenance.Scores(folder / "scores.parquet"))
    draws = [
        [doc.id for doc in ProvenanceFilter(weigh, epoch=epoch).run(iter(make_documents(folder)))]
        for epoch in (0, 0, 1)
    ]
    assert draws[0] == draws[1] != draws[2]
    expected = sum(weigh(pl.read_parquet(folder / "corpus.parquet")))
    assert len(draws[0]) == pytest.approx(expected, abs=5.0 * expected**0.5)


def test_what_is_not_drawn_is_excluded_for_that_reason(folder: Path, tmp_path: Path) -> None:
    weigh = provenance.Weights(power=1.0, scores=provenance.Scores(folder / "scores.parquet"))
    step = ProvenanceFilter(weigh, JsonlWriter(str(tmp_path / "out"), compression=None))
    kept = list(step.run(iter(make_documents(folder))))
    excluded = read_written(tmp_path / "out")
    assert {row["metadata"]["filter_reason"] for row in excluded.values()} == {"draw"}
    assert len(kept) + len(excluded) == len(make_documents(folder))


def test_a_scorer_passes_every_document_on_in_order_and_counts_origins(folder: Path) -> None:
    step = ProvenanceScorer(provenance.Scorer(scores=provenance.Scores(folder / "scores.parquet")), batch_size=50)
    told = list(step.run(iter(make_documents(folder))))
    scores = pl.read_parquet(folder / "scores.parquet")
    assert [doc.id for doc in told] == scores["id"].to_list()
    assert [doc.metadata["ai_score"] for doc in told] == scores["ai_score"].to_list()
    assert all(doc.metadata["source"] for doc in told)
    counts = {
        name.removeprefix("origin_"): int(item.total) for name, item in step.stats.stats.items() if "origin" in name
    }
    assert counts == Counter(scores["origin"])


def test_a_document_without_metadata_or_text_ends_no_pipeline(folder: Path) -> None:
    keep = provenance.Filter(max_ai_score=0.5, scores=provenance.Scores(folder / "scores.parquet"))
    bare = [Document(text="", id="unknown", metadata=None), Document(text="", id="empty")]
    assert [doc.metadata["origin"] for doc in ProvenanceFilter(keep).run(iter(bare))] == ["undetermined"] * 2
    bare = [Document(text=None, id="unknown", metadata=None)]
    assert ProvenanceFilter(keep).filter_batch(bare) == [True]


def test_without_a_policy_a_scorer_measures(folder: Path) -> None:
    documents = make_documents(folder)[:3]
    told = [doc.metadata["ai_score"] for doc in ProvenanceScorer().run(iter(documents))]
    assert told == provenance.judge_many([doc.text for doc in documents])["ai_score"].to_list()


def test_documents_are_looked_up_by_a_key_in_their_metadata(folder: Path) -> None:
    scores = pl.read_parquet(folder / "scores.parquet").rename({"id": "url"})
    scores.write_parquet(folder / "by_url.parquet")
    policy = provenance.Weights(power=1.0, scores=provenance.Scores(folder / "by_url.parquet", key="url"))
    documents = [Document(text="", id=f"{row}", metadata={"url": url}) for row, url in enumerate(scores["url"])]
    told = [doc.metadata["ai_score"] for doc in ProvenanceWeights(policy).run(iter(documents))]
    assert told == scores["ai_score"].to_list()
