"""Reference scores with a known truth, in the form that the estimates take them."""

import numpy as np
import polars as pl

from provenance.stats import ReferenceScores
from tests.stats.made_scores import SEPARATION, posterior

ORIGINS = ("human", "ai_generated", "machine_translated")


def known_scores(n: int = 3000, *, generators: int = 7, seed: int = 0) -> ReferenceScores:
    """`n` documents of each origin, of 30 sources and some generators, two scores each."""
    rng = np.random.default_rng(seed)
    frames = []
    for k, label in enumerate(ORIGINS):
        scores = [posterior(rng.normal(np.full(n, SEPARATION if k == axis else 0.0))) for axis in (1, 2)]
        logits = [np.log(score / (1 - score)) + np.log(9) for score in scores]
        frames.append(
            pl.DataFrame(
                {
                    "language": "en",
                    "label": label,
                    "source": [f"s{i}" for i in rng.integers(0, 30, n)],
                    "generator": [f"g{i}" if k else None for i in rng.integers(0, generators, n)],
                    "register": None,
                    "n_words": rng.integers(80, 1000, n),
                    "ai_llr": logits[0],
                    "mt_llr": logits[1],
                    "ai_score": scores[0],
                    "mt_score": scores[1],
                },
                schema_overrides={"generator": pl.String, "register": pl.String},
            )
        )
    return ReferenceScores(pl.concat(frames))
