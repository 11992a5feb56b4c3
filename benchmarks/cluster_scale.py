"""Clustering a million made signatures with planted clusters: seconds, memory, and whether the plants are found.

Seven in ten rows stand alone; most others are copies whose values agree with their original with probability 0.9; one
group of equal texts and one of equal signatures hold 5 % of the rows each. Prints one line of JSON.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

from provenance.dedup import DedupOptions, find_clusters


def make_signatures(n: int, num_perm: int, agreement: float, seed: int) -> tuple[pl.DataFrame, np.ndarray]:
    """Signatures in a random order, and the planted cluster of each row."""
    rng = np.random.default_rng(seed)
    twentieth = n // 20
    planted = np.arange(n)
    values = rng.integers(0, 1 << 32, (n, num_perm), np.uint32)
    copies = np.arange(14 * twentieth, 18 * twentieth)
    planted[copies] = rng.integers(0, 2 * twentieth, len(copies))
    for some in np.array_split(copies, 64):
        same = rng.random((len(some), num_perm)) < agreement
        values[some] = np.where(same, values[planted[some]], values[some])
    for start in (18 * twentieth, 19 * twentieth):
        values[start : start + twentieth] = values[start]
        planted[start : start + twentieth] = start
    text = np.arange(n)
    text[18 * twentieth : 19 * twentieth] = 18 * twentieth
    order = rng.permutation(n)
    times = pl.Series(rng.integers(0, 1 << 50, n)).cast(pl.Datetime("us", "UTC"))
    frame = pl.DataFrame(
        {
            "doc_id": pl.select(pl.format("<urn:uuid:{}>", pl.lit(pl.Series(order)))).to_series(),
            "signature": pl.Series(values[order], dtype=pl.Array(pl.UInt32, num_perm)).cast(pl.List(pl.UInt32)),
            "exact_hash": pl.Series(text[order]).cast(pl.String).cast(pl.Binary),
            "fetch_time": times,
        }
    )
    return frame, planted[order]


def memory_mb(field: str) -> float:
    """VmRSS (now) or VmHWM (the most since the last reset) of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise LookupError(field)


def reset_peak() -> None:
    """Makes the peak the present use (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--agreement", type=float, default=0.9)
    arguments = parser.parse_args()
    options = DedupOptions()
    frame, planted = make_signatures(arguments.rows, options.num_perm, arguments.agreement, seed=1)
    reset_peak()
    held = memory_mb("VmRSS")
    cpu, wall = time.process_time(), time.perf_counter()
    clusters = find_clusters(frame, options)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    pairs = clusters.select("cluster_id").with_columns(planted=pl.Series(planted))
    truly = pairs["planted"].n_unique()
    joined = pairs.unique().height
    figures = {
        "rows": arguments.rows,
        "agreement": arguments.agreement,
        "cpu_s": round(cpu, 2),
        "wall_s": round(wall, 2),
        "input_mb": round(held),
        "peak_beyond_input_mb": round(memory_mb("VmHWM") - held),
        "clusters_planted": truly,
        "clusters_found": pairs["cluster_id"].n_unique(),
        "plants_torn": joined - truly,
        "clusters_mixed": joined - pairs["cluster_id"].n_unique(),
    }
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    main()
