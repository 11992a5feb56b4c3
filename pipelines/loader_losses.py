"""Bits per byte of each path on held-out text, against the raw corpus, with intervals; and what each path has seen."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.byte_model import ModelOptions, measure_bits, train_bytes
from pipelines.loader_paths import LoaderPath
from pipelines.mixed_corpus import Corpus
from provenance.adapters.loaders.scored import ORIGINS
from provenance.adapters.seen import Seen

REPLICATES = 2000
BASE = "raw"
FILES = ("losses", "seen")
Floats = NDArray[np.float64]


def train_path(name: str, path: LoaderPath, corpus: Corpus, options: ModelOptions, out: Path) -> None:
    """Trains one model through a loader; writes its bits on each held-out document, and what it has seen.

    What is there already is not made again.
    """
    files = {kind: out / f"{kind}-{name}-{options.seed}.parquet" for kind in FILES}
    if all(file.exists() for file in files.values()):
        return
    seen, ids = Seen(), list[str]()
    model = train_bytes(path.read(corpus.training, options.seed, seen, ids), options)
    bits = measure_bits(model, corpus.held_out["text"].to_list())
    run = {"path": pl.lit(name), "seed": pl.lit(options.seed)}
    losses = corpus.held_out.select("kind", "domain", **run, bits=pl.Series(bits[:, 0]), n_bytes=pl.Series(bits[:, 1]))
    losses.with_row_index("document").write_parquet(files["losses"])
    describe_seen(seen, ids, corpus.training).with_columns(**run).write_parquet(files["seen"])


def describe_seen(seen: Seen, ids: Sequence[str], corpus: pl.DataFrame) -> pl.DataFrame:
    """One row: counts by origin as the detector tells it, the estimated human share with interval, and the true one."""
    truth = pl.DataFrame({"id": ids}).join(corpus, on="id", how="left", maintain_order="left")
    counts = dict(seen.table().group_by("origin").agg(pl.col("n_documents").sum()).iter_rows())
    return seen.ratio().filter(pl.col("unit") == "documents").select(
        "n_documents", "n_measured", "n_distinct", "realised_human_share", "realised_human_share_low",
        "realised_human_share_high", "why", *(pl.lit(counts[origin]).alias(origin) for origin in ORIGINS),
        n_epochs=pl.lit(seen.epoch + 1), n_different=pl.lit(len(set(ids))),
        true_human_share=pl.lit((truth["label"] == "human").mean()),
    )  # fmt: skip


def read_runs(out: Path, kind: str) -> pl.DataFrame:
    """All runs of a folder, of "losses" or "seen"."""
    return pl.concat([pl.read_parquet(file) for file in sorted(out.glob(f"{kind}-*.parquet"))], how="vertical_relaxed")


def compare_paths(losses: pl.DataFrame, *, replicates: int = REPLICATES, seed: int = 1) -> pl.DataFrame:
    """A row per kind of held-out text and path: bits per byte, and those less the raw corpus's, with 95 % intervals.

    Mean over the seeds that all paths have. Documents and seeds are drawn with replacement, the same ones for all
    paths, so that differences are paired by both.
    """
    rows: list[dict[str, object]] = []
    for (kind,), part in losses.group_by("kind", maintain_order=True):
        names = part["path"].unique(maintain_order=True).to_list()
        seeds = _shared_seeds(part)
        bits = np.array([[_column(part, name, number, "bits") for number in seeds] for name in names])
        n_bytes = _column(part, names[0], seeds[0], "n_bytes")
        whole = bits.sum(2).mean(1) / n_bytes.sum()
        drawn = _resample(bits, n_bytes, replicates, seed)
        base = names.index(BASE)
        for place, name in enumerate(names):
            low, high = np.percentile(drawn[place], (2.5, 97.5))
            less, more = np.percentile(drawn[place] - drawn[base], (2.5, 97.5))
            rows.append({
                "kind": kind, "path": name, "bits": whole[place], "low": low, "high": high,
                "difference": whole[place] - whole[base], "difference_low": less, "difference_high": more,
                "n_seeds": len(seeds), "n_documents": len(n_bytes),
            })  # fmt: skip
    return pl.DataFrame(rows)


def _resample(bits: Floats, n_bytes: Floats, replicates: int, seed: int) -> Floats:
    """Bits per byte (paths, replicates) from bits (paths, seeds, documents)."""
    rng = np.random.default_rng(seed)
    _, n_seeds, n_documents = bits.shape
    times = rng.multinomial(n_documents, np.full(n_documents, 1 / n_documents), replicates)
    per_seed = bits @ times.T / (times @ n_bytes)
    picked = rng.integers(n_seeds, size=(replicates, n_seeds))
    taken = per_seed[:, picked, np.arange(replicates)[:, None]]
    return np.asarray(taken.mean(2), np.float64)


def _shared_seeds(losses: pl.DataFrame) -> list[int]:
    n_paths = losses["path"].n_unique()
    counted = losses.group_by("seed").agg(pl.col("path").n_unique()).filter(pl.col("path") == n_paths)
    return sorted(counted["seed"].to_list())


def _column(losses: pl.DataFrame, path: str, seed: int, name: str) -> Floats:
    return losses.filter(path=path, seed=seed).sort("document")[name].to_numpy()
