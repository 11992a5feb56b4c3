"""Score files as `judge --out` and `run` write them, made by hand for the tests of loaders."""

from pathlib import Path
from typing import Any

import polars as pl

ORIGINS = ("human", "ai_generated", "machine_translated", "undetermined")


def make_scores(path: Path, n: int = 40, key: str = "id") -> Path:
    """`n` documents "d0", "d1", ...: every fourth AI-generated, machine-translated, human, and without a score."""
    rows = [make_row(i) for i in range(n)]
    pl.DataFrame(rows, schema_overrides={"ai_score": pl.Float64}).rename({"id": key}).write_parquet(path)
    return path


def make_row(i: int) -> dict[str, Any]:
    ai, mt, origin = [(0.9, 0.1, 1), (0.1, 0.9, 2), (0.05, 0.05, 0), (None, None, 3)][i % 4]
    llr = (None, None) if ai is None else (ai * 4 - 2, mt * 4 - 2)
    names = ("id", "language", "n_words", "ai_score", "mt_score", "ai_llr", "mt_llr", "origin")
    return dict(zip(names, (f"d{i}", "en", 100 + i, ai, mt, *llr, ORIGINS[origin]), strict=True))


def make_run(folder: Path, clusters: list[tuple[str, str]]) -> Path:
    """The folder of a run over two shards: a document for each (cluster_id, kind), scored as `make_scores` does."""
    rows = [make_row(i) for i in range(len(clusters))]
    for shard, part in (("a", slice(0, len(rows) // 2)), ("b", slice(len(rows) // 2, None))):
        frame = pl.DataFrame(rows[part], schema_overrides={"ai_score": pl.Float64}).rename({"id": "doc_id"})
        _write(folder / f"verdicts/crawl=C/{shard}.parquet", frame.drop("language", "n_words"))
        documents = frame.select("doc_id", "language", "n_words", content_digest=pl.lit("sha1:") + pl.col("doc_id"))
        _write(folder / f"documents/crawl=C/{shard}.parquet", documents)
        found = pl.DataFrame(clusters[part], schema=["cluster_id", "kind"], orient="row")
        _write(folder / f"clusters/C.{shard}.parquet", pl.concat([frame.select("doc_id"), found], how="horizontal"))
    return folder


def _write(path: Path, frame: pl.DataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(path)
