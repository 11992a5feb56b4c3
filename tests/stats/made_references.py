"""Reference scores made of normal distributions: people around -2.5 nats, machines around +2.5."""

import numpy as np
import polars as pl

from provenance.stats import REFERENCE_SCORES, ReferenceScores

HUMAN_MEANS = {"news": -2.0, "blog": -2.5, "forum": -3.2}
SYNTHETIC_MEANS = {"a": 1.8, "b": 2.5, "c": 3.2}
SIZE = 300


def make_references(seed: int = 7, language: str = "en") -> ReferenceScores:
    """Three human sources and three of each synthetic origin; an origin is told on its own axis only."""
    rng = np.random.default_rng(seed)
    parts = [_make("human", source, None, mean, mean, rng) for source, mean in HUMAN_MEANS.items()]
    for name, mean in SYNTHETIC_MEANS.items():
        parts.append(_make("ai_generated", f"ai/{name}", f"generator {name}", mean, -2.5, rng))
        parts.append(_make("machine_translated", f"mt/{name}", f"system {name}", -2.5, mean, rng))
    return ReferenceScores(pl.concat(parts).with_columns(language=pl.lit(language)).select(*REFERENCE_SCORES))


def draw_nats(n: int, mean: float, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(mean, 1.2, n)


def make_mixed(
    n_human: int, n_ai: int, n_mt: int = 0, n_both: int = 0, *, seed: int = 0, hosts: int = 50
) -> pl.DataFrame:
    """Scored documents of sources that the references do not hold, in a fixed order of origins."""
    rng = np.random.default_rng(seed)
    n = n_human + n_ai + n_mt + n_both
    has_ai = np.repeat([False, True, False, True], [n_human, n_ai, n_mt, n_both])
    has_mt = np.repeat([False, False, True, True], [n_human, n_ai, n_mt, n_both])
    ai = np.where(has_ai, draw_nats(n, 2.2, rng), draw_nats(n, -2.4, rng))
    mt = np.where(has_mt, draw_nats(n, 2.2, rng), draw_nats(n, -2.4, rng))
    frame = pl.DataFrame({"ai_llr": ai, "mt_llr": mt}).with_columns(_score("ai"), _score("mt"))
    return frame.with_columns(
        language=pl.lit("en"),
        n_words=pl.Series(rng.integers(80, 600, n)),
        origin=pl.lit("undetermined"),
        url_host_name=pl.format("host{}", pl.Series(rng.integers(0, hosts, n))),
    )


def _make(
    label: str, source: str, generator: str | None, ai: float, mt: float, rng: np.random.Generator
) -> pl.DataFrame:
    columns = {"ai_llr": draw_nats(SIZE, ai, rng), "mt_llr": draw_nats(SIZE, mt, rng)}
    return pl.DataFrame(columns).with_columns(
        _score("ai"),
        _score("mt"),
        label=pl.lit(label),
        source=pl.lit(source),
        generator=pl.lit(generator, pl.String),
        register=pl.lit(None, pl.String),
        n_words=pl.lit(200, pl.Int64),
    )


def _score(axis: str) -> pl.Expr:
    """The probability under a prior of a tenth."""
    return (1 / (1 + 9 * (-pl.col(f"{axis}_llr")).exp())).alias(f"{axis}_score")
