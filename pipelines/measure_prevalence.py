"""Bias, error and coverage of the estimators of prevalence, on mixtures of sets that were left out.

    python -m pipelines.measure_prevalence out/calibration [--draws 200] [--sizes 1000 10000] [--out out/prevalence]

Each set is mixed from its own human and AI-generated documents at known shares, its generators in random proportions,
and estimated with reference scores that hold neither the set nor its humans: with half of its humans as reference, and
without. Intervals are nominal 95 %; documents that were drawn twice count as one host. `unseen` sets are judged by
exactly what ships, `refitted` ones by models made without them.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.prevalence_estimators import Mixture, Prepared, make_estimators
from pipelines.prevalence_sets import HeldOut, read_sets

SHARES = (0.0, 0.01, 0.05, 0.2, 0.5)
PER_REFERENCE = 20  # mixtures estimated with one half as the reference; then the halves are drawn anew
SEED = 1


def draw_mixtures(held_out: HeldOut, n: int, share: float, draws: int, anchored: bool) -> Iterator[Mixture]:
    """Mixtures of one set at one share; documents are drawn with replacement, from one half where it is anchored."""
    rng = np.random.default_rng((SEED, n, round(100 * share), anchored))
    generators = held_out.synthetic["generator"].fill_null("").rank("dense").to_numpy() - 1
    sizes = np.bincount(generators)
    reference, rest = None, held_out.human
    for draw in range(draws):
        if anchored and draw % PER_REFERENCE == 0:
            order = rng.permutation(held_out.human.height)
            reference, rest = (held_out.human[half] for half in np.array_split(order, 2))
        n_synthetic = int(rng.binomial(n, share))
        weight = (rng.dirichlet(np.ones(len(sizes))) / sizes)[generators]
        chosen = rng.choice(held_out.synthetic.height, n_synthetic, p=weight / weight.sum())
        people = rng.choice(rest.height, n - n_synthetic)
        parts = ("synthetic", held_out.synthetic, chosen), ("human", rest, people)
        drawn = [
            table[rows].select("ai_llr", unit=pl.format("{} {}", pl.lit(name), pl.Series(rows)))
            for name, table, rows in parts
        ]
        yield Mixture(pl.concat(drawn), reference)


def measure(held_out: HeldOut, prepared: Prepared, sizes: list[int], draws: int) -> pl.DataFrame:
    """A row per estimate: its value and interval beside the true share."""
    rows = []
    for anchored in (True, False):
        for n in sizes:
            for share in SHARES:
                for mixture in draw_mixtures(held_out, n, share, draws, anchored):
                    for name, (value, low, high) in make_estimators(prepared, mixture).items():
                        rows.append((held_out.name, held_out.kind, anchored, n, share, name, value, low, high))
    names = ("set", "kind", "anchored", "n", "share", "estimator", "value", "low", "high")
    return pl.DataFrame(rows, schema=list(names), orient="row").with_columns(
        pl.col("value", "low", "high").fill_nan(None)
    )


def summarise(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Bias and root mean squared error in points, and coverage, by some columns."""
    error = 100 * (pl.col("value") - pl.col("share"))
    held = (pl.col("low") <= pl.col("share")) & (pl.col("share") <= pl.col("high"))
    return rows.group_by(*by, "anchored", "n", "estimator", "share").agg(
        bias=error.mean(), rmse=(error**2).mean().sqrt(), coverage=100 * held.mean(),
        width=100 * (pl.col("high") - pl.col("low")).mean(), draws=pl.len(),
    ).sort(*by, "anchored", "n", "estimator", "share")  # fmt: skip


def main() -> None:
    """Measures each set asked for, and prints the tables of all that lie in the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measured", type=Path)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--sets", nargs="*")
    parser.add_argument("--out", type=Path, default=Path("out/prevalence"))
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    for held_out in read_sets(asked.measured):
        if not asked.sets or held_out.name in asked.sets:
            rows = measure(held_out, Prepared.make(held_out), asked.sizes, asked.draws)
            rows.write_parquet(asked.out / f"{held_out.name}.parquet")
            print(held_out.name, held_out.human.height, held_out.synthetic.height, flush=True)
    rows = pl.concat(pl.read_parquet(path) for path in sorted(asked.out.glob("*.parquet")))
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=150, float_precision=2):
        print(summarise(rows, ["kind"]))
        print(summarise(rows.filter(pl.col("estimator") == "mixture"), ["kind", "set"]))


if __name__ == "__main__":
    main()
