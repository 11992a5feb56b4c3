"""The recipe for webdataset: policies between `listed` and `unlisted`, on shards written by its own writer."""

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import provenance
from tests.docs.made_corpus import write_corpus

wds = pytest.importorskip("webdataset", reason="needs webdataset, which the extra `webdataset` brings")
torch = pytest.importorskip("torch", reason="needs torch, which the extra `torch` brings")

BATCH = 32


def name_sample(sample: Mapping[str, Any]) -> dict[str, Any]:
    return {**sample, "id": sample["__key__"]}


def write_shards(folder: Path, rows: list[dict[str, Any]]) -> str:
    with wds.ShardWriter(str(folder / "corpus-%06d.tar"), maxcount=30, verbose=0) as sink:
        for row in rows:
            sink.write({"__key__": row["id"], "txt": row["text"], "json": {"source": row["source"]}})
    return str(folder / f"corpus-{{000000..{len(list(folder.glob('corpus-*.tar'))) - 1:06}}}.tar")


def open_shards(shards: str) -> Any:
    return wds.WebDataset(shards, shardshuffle=False).decode().map(name_sample)


@pytest.fixture
def rows(tmp_path: Path) -> list[dict[str, Any]]:
    write_corpus(tmp_path)
    return [json.loads(line) for line in (tmp_path / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def scores(rows: list[dict[str, Any]], tmp_path: Path) -> pl.DataFrame:
    return pl.read_parquet(tmp_path / "scores.parquet")


def low(scores: pl.DataFrame) -> list[str]:
    return scores.filter(~(pl.col("ai_score").fill_null(0.0) > 0.5))["id"].to_list()


def test_batches_are_filtered_in_the_stream(rows: list[dict[str, Any]], scores: pl.DataFrame, tmp_path: Path) -> None:
    keep = provenance.Filter(text="txt", max_ai_score=0.5, scores=tmp_path / "scores.parquet")
    stream = open_shards(write_shards(tmp_path, rows)).listed(BATCH).map(keep.apply).unlisted()
    told = list(stream)
    assert [sample["__key__"] for sample in told] == low(scores) != scores["id"].to_list()
    known = dict(scores.select("id", "ai_score").iter_rows())
    assert all(sample["ai_score"] == known[sample["__key__"]] for sample in told)
    assert [sample["txt"] for sample in told] == [row["text"] for row in rows if row["id"] in set(low(scores))]
    assert all(sample["json"]["source"] for sample in told)


def test_a_batch_of_which_nothing_stays_is_no_end(
    rows: list[dict[str, Any]], scores: pl.DataFrame, tmp_path: Path
) -> None:
    keep = provenance.Filter(text="txt", max_ai_score=0.5, scores=tmp_path / "scores.parquet")
    generated = set(scores["id"]) - set(low(scores))
    ordered = sorted(rows, key=lambda row: row["id"] not in generated)
    assert len(generated) > BATCH
    stream = open_shards(write_shards(tmp_path, ordered)).listed(BATCH).map(keep.apply).unlisted()
    assert sorted(sample["id"] for sample in stream) == low(scores)


def test_one_sample_at_a_time_is_chosen_the_same(
    rows: list[dict[str, Any]], scores: pl.DataFrame, tmp_path: Path
) -> None:
    keep = provenance.Filter(text="txt", max_ai_score=0.5, scores=tmp_path / "scores.parquet")
    assert [sample["id"] for sample in open_shards(write_shards(tmp_path, rows)).select(keep)] == low(scores)


@pytest.mark.parametrize("n_workers", [1, 2])
def test_workers_share_the_shards_and_lose_nothing(
    rows: list[dict[str, Any]], scores: pl.DataFrame, tmp_path: Path, n_workers: int
) -> None:
    keep = provenance.Filter(text="txt", max_ai_score=0.5, scores=tmp_path / "scores.parquet")
    stream = open_shards(write_shards(tmp_path, rows)).listed(BATCH).map(keep.apply).unlisted().to_tuple("id", "txt")
    loader = torch.utils.data.DataLoader(stream, batch_size=None, num_workers=n_workers, timeout=120)
    assert sorted(key for key, _ in loader) == low(scores)


def test_weights_draw_the_same_samples_for_the_same_epoch(
    rows: list[dict[str, Any]], scores: pl.DataFrame, tmp_path: Path
) -> None:
    weigh = provenance.Weights(text="txt", power=2.0, scores=tmp_path / "scores.parquet")
    shards = write_shards(tmp_path, rows)

    def draw(epoch: int, batch: int) -> list[str]:
        resample = functools.partial(weigh.resample, epoch=epoch)
        return [sample["id"] for sample in open_shards(shards).listed(batch).map(resample).unlisted()]

    assert draw(0, BATCH) == draw(0, 7) != draw(1, BATCH)
    assert 0 < len(draw(0, BATCH)) < len(rows)


def test_a_curated_copy_is_written_as_shards(rows: list[dict[str, Any]], scores: pl.DataFrame, tmp_path: Path) -> None:
    keep = provenance.Filter(text="txt", max_ai_score=0.5, scores=tmp_path / "scores.parquet")
    stream = open_shards(write_shards(tmp_path, rows)).listed(BATCH).map(keep.apply).unlisted()
    with wds.ShardWriter(str(tmp_path / "curated-%06d.tar"), maxcount=1000, verbose=0) as sink:
        for sample in stream:
            sink.write({name: sample[name] for name in ("__key__", "txt", "json")})
    written = wds.WebDataset(str(tmp_path / "curated-000000.tar"), shardshuffle=False).decode()
    assert [sample["__key__"] for sample in written] == low(scores)
