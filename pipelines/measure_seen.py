"""How well the human share of what a policy let through is told, on mixtures of sets that were not learned from.

    python -m pipelines.measure_seen out/calibration --out out/seen.parquet

The corpora are those of measure_tilt, and both sets of train_through_loaders together. Of each a policy draws
documents, `Seen` is told of the policy, and the reference scores know nothing of the set.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

import provenance
from pipelines.measure_tilt import mix
from pipelines.prevalence_sets import UNSEEN, HeldOut, read_sets
from provenance.adapters.loaders.packed import pack
from provenance.adapters.loaders.policy import Policy
from provenance.adapters.loaders.scored import Scored
from provenance.adapters.loaders.tilt import USUAL_POWER, fit_tilt
from provenance.adapters.seen.estimate import load_known
from provenance.stats import ReferenceScores

SHARES = (0.0, 0.2, 0.5, 0.8, 1.0)  # of AI-generated documents
TARGET = 0.9
PAIR = ("detectrl", "grid")
NEAR = 0.005  # an interval that ends so near the truth holds it: of a share of 0 or 1 no end is exactly there


def main() -> None:
    """A row for each set, share, draw and policy, and what they come to."""
    asked = _ask()
    found = list(read_sets(asked.measured))
    rows = [row for held_out in (_join(found), *found) for row in _measure(held_out, asked.draws)]
    table = pl.DataFrame(rows, infer_schema_length=None)
    table.write_parquet(asked.out)
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=200, float_precision=3):
        for by in (("policy", "share"), ("policy", "kind"), ("policy", "set")):
            print(summarise(table, by))


def summarise(table: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    """How many could be estimated and hold the truth, error and width."""
    true, low, high = (pl.col(name) for name in ("true", "low", "high"))
    return table.group_by(by, maintain_order=True).agg(
        pl.len().alias("n"),
        low.count().alias("estimable"),
        ((low <= true + NEAR) & (true <= high + NEAR)).sum().alias("held"),
        (pl.col("human") - true).abs().mean().alias("error"),
        (high - low).median().alias("width"),
        (low - true).max().alias("most_above"),
        (true - high).max().alias("most_below"),
    )


def _measure(held_out: HeldOut, n_draws: int) -> Iterator[dict[str, object]]:
    chance = np.random.default_rng(0)
    for share in SHARES:
        for draw in range(n_draws):
            mixed, is_human = mix(held_out, share, chance)
            for name, policy in _make_policies(mixed, held_out.known, draw).items():
                stays = chance.random(len(mixed)) < policy.weigh(mixed)
                if not stays.any():
                    continue
                row = {"set": held_out.name, "kind": held_out.kind, "share": share, "draw": draw, "policy": name}
                yield (
                    row
                    | {"n": int(stays.sum()), "true": float(is_human[stays].mean())}
                    | _estimate(mixed.take(stays), policy, held_out.known)
                )


def _make_policies(mixed: Scored, known: ReferenceScores, seed: int) -> dict[str, Policy]:
    tilt = fit_tilt(mixed, np.ones(len(mixed)), TARGET, USUAL_POWER, known, seed=seed)
    return {
        "none": provenance.Scorer(),
        "Filter(max_ai_score=0.5)": provenance.Filter(max_ai_score=0.5),
        f"Weights(target_human_share={TARGET:g})": provenance.Weights(target_human_share=TARGET, tilt=tilt),
        "Weights(power=1)": provenance.Weights(power=1.0),
    }


def _estimate(scored: Scored, policy: Policy, references: ReferenceScores) -> dict[str, object]:
    seen = provenance.Seen(policy=policy)
    seen._known = policy, load_known(None, policy, seen.seed, references=references)
    seen.update(pack(scored, np.ones(len(scored)), stream=-1, block=-1, offsets=np.arange(len(scored))))
    row = seen.ratio().row(0, named=True)
    return {"human": row["human_prevalence"], "why": row["why"]} | {
        end: row[f"human_prevalence_{end}"] for end in ("low", "high")
    }


def _join(found: list[HeldOut]) -> HeldOut:
    """The sets of train_through_loaders as one."""
    first, other = (next(held_out for held_out in found if held_out.name == name) for name in PAIR)
    human, synthetic = (pl.concat([getattr(first, side), getattr(other, side)]) for side in ("human", "synthetic"))
    return HeldOut(" and ".join(PAIR), UNSEEN, human, synthetic, first.known)


def _ask() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measured", type=Path)
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("out/seen.parquet"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
