"""How well the realised human share of what a policy let through is told, on sources that the reference has not met.

python benchmarks/realised_ratio.py > benchmarks/results/realised_ratio.json

The shipped scores of documents of known origin are divided by source: one half is what a corpus is drawn from, the
other the reference. Of each corpus a policy chooses, and `Seen` is told of the policy, or not.
"""

import json
import sys
from collections.abc import Iterator
from unittest import mock

import numpy as np
import polars as pl

import provenance
from provenance.adapters.loaders.packed import pack
from provenance.adapters.loaders.policy import Policy
from provenance.adapters.loaders.scored import Scored, make_scored
from provenance.adapters.seen import estimate as estimation
from provenance.models import find_model, load_models
from provenance.store import read_table

N_DOCUMENTS, DIVISIONS, SHARES = 20_000, 8, (0.2, 0.5)
SCORES = ("ai_score", "mt_score", "ai_llr", "mt_llr")
POLICIES: dict[str, Policy] = {
    "none": provenance.Scorer(),
    "Filter(max_ai_score=0.5)": provenance.Filter(max_ai_score=0.5),
    "Weights(power=1.0)": provenance.Weights(power=1.0),
    "Weights(power=6.0)": provenance.Weights(power=6.0),
}


def main() -> None:
    rows = [row for division in range(DIVISIONS) for row in try_division(division)]
    frame = pl.DataFrame(rows)
    json.dump({"n_documents": N_DOCUMENTS, "summary": summarise(frame).to_dicts(), "rows": rows}, sys.stdout, indent=1)
    print()


def try_division(division: int) -> Iterator[dict[str, object]]:
    model = find_model(load_models(), "reference_scores")
    assert model is not None
    known = read_table(model.path).filter(pl.all_horizontal(pl.col(SCORES).is_not_null()))
    rng = np.random.default_rng(division)
    drawn_from = pl.any_horizontal(_pick_half(known, label, rng) for label in ("human", "ai_generated"))
    for share in SHARES:
        scored, is_human = draw_corpus(known.filter(drawn_from), share, division)
        for name, policy in POLICIES.items():
            stays = rng.random(N_DOCUMENTS) < policy.weigh(scored)
            row: dict[str, object] = {"division": division, "generated": share, "policy": name}
            row["true"] = float(is_human[stays].mean())
            for told in (True, False):
                found = estimate(scored.take(stays), policy if told else None, known.filter(~drawn_from))
                row |= {f"{'told' if told else 'untold'}_{key}": value for key, value in found.items()}
            yield row


def draw_corpus(known: pl.DataFrame, share: float, seed: int) -> tuple[Scored, np.ndarray]:
    counts = {"human": N_DOCUMENTS - int(N_DOCUMENTS * share), "ai_generated": int(N_DOCUMENTS * share)}
    parts = [known.filter(label=label).sample(n, with_replacement=True, seed=seed) for label, n in counts.items()]
    frame = pl.concat(parts)
    scored = make_scored(
        N_DOCUMENTS,
        **{name: frame[name].to_numpy() for name in SCORES},
        origin=np.where(frame["ai_score"] > 0.5, 1, np.where(frame["mt_score"] > 0.5, 2, 0)),
        n_words=frame["n_words"].to_numpy(),
        language=np.array(frame["language"].to_list()),
    )
    return scored, frame["label"].to_numpy() == "human"


def estimate(scored: Scored, policy: Policy | None, references: pl.DataFrame) -> dict[str, float | None]:
    seen = provenance.Seen(policy=policy)
    seen.update(pack(scored, np.ones(len(scored)), stream=-1, block=-1, offsets=np.arange(len(scored))))
    with mock.patch.object(estimation, "read_table", return_value=references):
        row = seen.ratio().row(0, named=True)
    figures = {"human": "human_prevalence", "low": "human_prevalence_low", "high": "human_prevalence_high"}
    return {key: row[name] for key, name in figures.items()} | {"plain": row["human_share"]}


def summarise(frame: pl.DataFrame) -> pl.DataFrame:
    columns = []
    for told in ("told", "untold"):
        low, high, human = (pl.col(f"{told}_{key}") for key in ("low", "high", "human"))
        columns += [
            human.count().alias(f"{told}_n_estimated"),
            ((low <= pl.col("true")) & (pl.col("true") <= high)).sum().alias(f"{told}_n_held"),
            (human - pl.col("true")).abs().mean().alias(f"{told}_mean_error"),
            (high - low).median().alias(f"{told}_median_width"),
        ]
    plain = (pl.col("told_plain") - pl.col("true")).abs().mean().alias("plain_mean_error")
    return frame.group_by("generated", "policy", maintain_order=True).agg(pl.len().alias("n"), *columns, plain)


def _pick_half(known: pl.DataFrame, label: str, rng: np.random.Generator) -> pl.Expr:
    sources = sorted(known.filter(label=label)["source"].unique().to_list())
    rng.shuffle(sources)
    return (pl.col("label") == label) & pl.col("source").is_in(sources[: len(sources) // 2])


if __name__ == "__main__":
    main()
