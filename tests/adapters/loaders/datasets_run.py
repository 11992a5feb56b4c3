"""Hugging Face datasets in a process of its own: `python datasets_run.py FOLDER TASK`.

FOLDER/corpus is a saved dataset with `id` and `text`, FOLDER/scores.parquet has its scores. What was found is printed
as JSON. `processes fork|spawn`: map and filter with num_proc=2 after polars was used here; `judge`: without scores.
`cache`: maps with a cache, and how many lookups each took.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import multiprocess
import polars as pl
from datasets.fingerprint import Hasher

import provenance
from provenance.adapters.loaders.precomputed import Scores

datasets.disable_progress_bars()


def map_in_processes(folder: Path, start_method: str, scores: Path | None) -> dict[str, Any]:
    multiprocess.set_start_method(start_method)
    frame = pl.read_parquet(folder / "scores.parquet").with_columns(pl.col("id") + "x").filter(pl.col("n_words") > 0)
    assert frame.height  # polars was used before the fork
    if scores is None:
        provenance.judge("The models are loaded before the fork.")
    corpus = datasets.load_from_disk(str(folder / "corpus"))
    weigh, keep = provenance.Weights(power=2.0, scores=scores), provenance.Filter(max_ai_score=0.5, scores=scores)
    if start_method == "spawn":  # datasets itself cannot fork after polars with frames as its format
        weighed = corpus.with_format("polars").map(weigh.apply, batched=True, batch_size=8, num_proc=2)
        return _list(weighed, "id", "ai_score", "weight")
    weighed = corpus.map(weigh.apply, batched=True, batch_size=8, num_proc=2)
    kept = corpus.with_format("arrow").filter(keep, batched=True, batch_size=8, num_proc=2)
    return {**_list(weighed, "id", "ai_score", "weight"), "kept": _list(kept, "id")["id"]}


def _list(dataset: datasets.Dataset, *columns: str) -> dict[str, list[Any]]:
    return {name: dataset.with_format(None)[name][:] for name in columns}


def map_with_cache(folder: Path) -> dict[str, Any]:
    """Number of lookups and one score, for: the same as ever; another option; another content of the scores."""
    corpus = datasets.load_from_disk(str(folder / "corpus"))
    path = folder / "scores.parquet"
    found = {"as ever": _count(lambda: corpus.map(provenance.Scorer(scores=path), batched=True))}
    columns = ("ai_score", "language")
    found["option"] = _count(lambda: corpus.map(provenance.Scorer(scores=path, columns=columns), batched=True))
    pl.read_parquet(path).with_columns(pl.col("ai_score") / 2).write_parquet(path)
    found["content"] = _count(lambda: corpus.map(provenance.Scorer(scores=path), batched=True))
    found["again"] = _count(lambda: corpus.map(provenance.Scorer(scores=path), batched=True))
    return found


def _count(run: Callable[[], Any]) -> list[Any]:
    n_lookups, find = 0, Scores.find

    def count(self: Scores, keys: Any) -> Any:
        nonlocal n_lookups
        n_lookups += 1
        return find(self, keys)

    Scores.find = count  # type: ignore[method-assign]
    first = run()["ai_score"][0]
    Scores.find = find  # type: ignore[method-assign]
    return [n_lookups, first]


def hash_policies(folder: Path) -> dict[str, str]:
    scores = folder / "scores.parquet"
    keep = provenance.Filter(max_ai_score=0.5, scores=scores)
    weigh = provenance.Weights(target_human_share=0.6, scores=scores)
    return {
        "filter": Hasher.hash(keep),
        "filter.apply": Hasher.hash(keep.apply),
        "weights.apply": Hasher.hash(weigh.apply),
        "scorer": Hasher.hash(provenance.Scorer(scores=scores, columns=("origin",))),
    }


def main(folder: Path, task: str, *options: str) -> dict[str, Any]:
    if task == "cache":
        return map_with_cache(folder)
    if task == "hash":
        return hash_policies(folder)
    return map_in_processes(folder, options[0], None if "judge" in options else folder / "scores.parquet")


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), *sys.argv[2:])))
