"""The human share that `Seen` tells of the paths of train_through_loaders, without training.

python -m pipelines.measure_seen_paths ../shared/data

What train_through_loaders left in --out, a scored corpus for each share, is drawn from by the policy of each path.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

import provenance
from pipelines.loader_paths import LoaderPath, make_paths
from pipelines.measure_seen import summarise
from pipelines.mixed_corpus import make_corpus
from pipelines.train_through_loaders import SHARES
from provenance.adapters.loaders.packed import pack
from provenance.adapters.loaders.scored import Scored

PATHS = ("raw", "filtered", "weighted", "power 1", "human", "ai")
N_SEEN = 768  # documents, as many as a model of train_through_loaders sees


def main() -> None:
    """A row for each share and path."""
    asked = _ask()
    rows = [row for share in asked.shares for row in _measure(asked.data, asked.out / f"ai_{share:.0%}", share, asked)]
    table = pl.DataFrame(rows, infer_schema_length=None)
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=200, float_precision=3):
        print(summarise(table, ("share", "path")))
        print(
            table.group_by("share", "path", maintain_order=True).agg(pl.col("n", "true", "human", "low", "high").mean())
        )


def _measure(data: Path, folder: Path, share: float, asked: argparse.Namespace) -> Iterator[dict[str, object]]:
    scores = folder / "scores.parquet"
    corpus = make_corpus(data, ai_share=share).training
    _, scored = provenance.Scores(scores).find(corpus["id"].to_list())
    labels = corpus["label"]
    paths = make_paths(scores) | {"power 1": LoaderPath(provenance.Weights(power=1.0, scores=scores))}
    for name in PATHS:
        for draw in range(asked.draws):
            yield {"share": share, "path": name, "draw": draw, **_estimate(scored, labels, paths[name], draw)}


def _estimate(scored: Scored, labels: pl.Series, path: LoaderPath, seed: int) -> dict[str, object]:
    chance, label = np.random.default_rng(seed), labels.to_numpy()
    weights = path.policy.weigh(scored) * (True if path.label is None else label == path.label)
    seen = provenance.Seen(policy=path.policy)
    kept = chance.permutation(np.flatnonzero(chance.random(len(weights)) < weights))[:N_SEEN]
    seen.update(pack(scored.take(kept), np.ones(len(kept)), stream=-1, block=-1, offsets=np.arange(len(kept))))
    row = seen.ratio().row(0, named=True)
    found = {end: row[f"human_prevalence_{end}"] for end in ("low", "high")}
    return {"n": len(kept), "true": float((label[kept] == "human").mean()), "human": row["human_prevalence"], **found}


def _ask() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--shares", type=float, nargs="+", default=SHARES)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("out/loaders"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
