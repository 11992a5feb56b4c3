"""How near weights bring a corpus to the target share of human text: mixtures of sets that were not learned from.

python -m pipelines.measure_tilt out/calibration --out out/tilt.parquet
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.prevalence_sets import HeldOut, read_sets
from provenance.adapters.loaders.scored import Scored, make_scored
from provenance.adapters.loaders.tilt import USUAL_POWER, find_human, fit_tilt

SHARES = (0.2, 0.5, 0.8)
TARGETS = (0.7, 0.9, 0.95)
N_DOCUMENTS = 2_000
_SCORES = ("ai_score", "mt_score", "ai_llr", "mt_llr")


def main() -> None:
    """A row for each set, share of AI-generated documents, target and draw: the true share after weighting."""
    asked = _ask()
    rows = [row for held_out in read_sets(asked.measured) for row in _measure(held_out, asked.draws)]
    table = pl.DataFrame(rows)
    table.write_parquet(asked.out)
    by = ["kind", "share", "target"]
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=200, float_precision=3):
        columns = ("true_share", "expected_share", "low_share", "effective_share", "mean_weight", "power", "reached")
        print(table.group_by("set", *by, maintain_order=True).agg(pl.col(columns).mean()))


def _measure(held_out: HeldOut, n_draws: int) -> Iterator[dict[str, object]]:
    chance = np.random.default_rng(0)
    for share in SHARES:
        for draw in range(n_draws):
            mixed, is_human = mix(held_out, share, chance)
            for target in TARGETS:
                tilt = fit_tilt(mixed, np.ones(len(mixed)), target, USUAL_POWER, held_out.known, seed=draw)
                weights = tilt.weigh(find_human(mixed, tilt.prior_ai, tilt.prior_mt))
                yield {
                    "set": held_out.name,
                    "kind": held_out.kind,
                    "share": share,
                    "target": target,
                    "true_share": float(weights[is_human].sum() / weights.sum()),
                    "expected_share": tilt.weighted_human_share,
                    "low_share": tilt.weighted_human_share_low,
                    "effective_share": tilt.effective_share,
                    "mean_weight": tilt.mean_weight,
                    "power": tilt.power,
                    "reached": tilt.reached,
                    "prior_ai": tilt.prior_ai,
                }


def mix(held_out: HeldOut, share: float, chance: np.random.Generator) -> tuple[Scored, np.ndarray]:
    """N_DOCUMENTS drawn from a set, this share of them AI-generated; which of them are human."""
    n_synthetic = round(N_DOCUMENTS * share)
    parts = ((held_out.human, N_DOCUMENTS - n_synthetic), (held_out.synthetic, n_synthetic))
    drawn = [part[chance.integers(part.height, size=n)].select(*_SCORES, "language", "n_words") for part, n in parts]
    mixed = pl.concat(drawn)
    columns = {name: mixed[name].fill_null(np.nan).to_numpy() for name in _SCORES}
    scored = make_scored(
        mixed.height, **columns, language=mixed["language"].to_list(), n_words=mixed["n_words"].to_numpy()
    )
    return scored, np.arange(mixed.height) < drawn[0].height


def _ask() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measured", type=Path)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("out/tilt.parquet"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
