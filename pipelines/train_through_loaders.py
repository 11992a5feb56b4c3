"""One corpus, one small model, every path through a loader: the loss on held-out human text, and what was seen.

    python -m pipelines.train_through_loaders ../shared/data [--shares 0.5 0.8] [--seeds 3] [--steps 240]

For each share of AI-generated documents a corpus is mixed and scored once. A model of bytes learns from as many bytes
of it through each path: raw, filtered, weighted to a share, weighted by a power, and the bounds, human and ai, which
know the true labels. What is in --out already is not trained again.
"""

import argparse
import os
from dataclasses import replace
from pathlib import Path

import polars as pl
import torch

import provenance
from pipelines.byte_model import ByteModel, ModelOptions
from pipelines.loader_losses import compare_paths, read_runs, train_path
from pipelines.loader_paths import MAX_AI_SCORE, PACKAGES, make_paths
from pipelines.mixed_corpus import UNSEEN, Corpus, make_corpus

SHARES = (0.5, 0.8)
N_SEEDS = 3
PATHS = ("raw", "filtered", "weighted", "power", "human", "ai")


def score_corpus(corpus: pl.DataFrame, path: Path) -> Path:
    """Scores of the shipped models, measured once, a row per document with its id."""
    scores = provenance.judge_many(corpus["text"].to_list())
    scores.with_columns(corpus["id"]).write_parquet(path)
    return path


def compare_packages(corpus: pl.DataFrame, scores: Path, packages: tuple[str, ...]) -> pl.DataFrame:
    """What a filter keeps in each package. Raises ValueError where two keep different documents."""
    keep = provenance.Filter(max_ai_score=MAX_AI_SCORE, scores=scores)
    kept = {name: sorted(PACKAGES[name](corpus, keep)) for name in packages}
    first = next(iter(kept))
    differing = [name for name, ids in kept.items() if ids != kept[first]]
    if differing:
        raise ValueError(f"other documents than through {first} are kept through {', '.join(differing)}")
    human = set(corpus.filter(label="human")["id"])
    rows = [(name, corpus.height, len(ids), len(human.intersection(ids)) / len(ids)) for name, ids in kept.items()]
    return pl.DataFrame(rows, schema=["package", "n_documents", "n_kept", "human_share"], orient="row")


def run_paths(corpus: Corpus, scores: Path, paths: tuple[str, ...], options: ModelOptions, n_seeds: int) -> None:
    """Trains each path with each seed, beside the scores; paths in turn, so that an early end leaves whole seeds."""
    known = make_paths(scores)
    for seed in range(1, n_seeds + 1):
        for name in paths:
            train_path(name, known[name], corpus, replace(options, seed=seed), scores.parent)
            print(f"{scores.parent.name} {name} seed {seed}", flush=True)


def main() -> None:
    """Prints what packages keep, the losses and what was seen, for each share."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--shares", type=float, nargs="+", default=SHARES)
    parser.add_argument("--sets", nargs="+", default=UNSEEN)
    parser.add_argument("--paths", nargs="+", default=PATHS)
    parser.add_argument("--packages", nargs="*", default=tuple(PACKAGES))
    parser.add_argument("--seeds", type=int, default=N_SEEDS)
    parser.add_argument("--steps", type=int, default=ModelOptions().steps)
    parser.add_argument("--out", type=Path, default=Path("out/loaders"))
    asked = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    options = ModelOptions(steps=asked.steps)
    print(sum(part.numel() for part in ByteModel(options).parameters()), "parameters,", options.n_bytes, "bytes a run")
    for share in asked.shares:
        out = asked.out / f"ai_{share:.0%}"
        out.mkdir(parents=True, exist_ok=True)
        corpus = make_corpus(asked.data, ai_share=share, sets=tuple(asked.sets))
        print(corpus.training.group_by("set", "label").len().sort("set", "label"))
        scores = score_corpus(corpus.training, out / "scores.parquet")
        if asked.packages:
            print(compare_packages(corpus.training, scores, tuple(asked.packages)))
        run_paths(corpus, scores, tuple(asked.paths), options, asked.seeds)
        with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=200, float_precision=4):
            print(compare_paths(read_runs(out, "losses")))
            print(read_runs(out, "seen"))


if __name__ == "__main__":
    main()
