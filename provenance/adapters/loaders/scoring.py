"""Texts to scores on the fly, with models loaded once per process after it has started."""

from pathlib import Path

import numpy as np
import polars as pl

from provenance.adapters.judge import Judge
from provenance.adapters.loaders.scored import ORIGINS, Scored, make_scored

_CODES = {origin: code for code, origin in enumerate(ORIGINS)}


def score_texts(texts: list[str | None], models: Path | None) -> Scored:
    """A row per text, in order; a null text has no score."""
    valid = [None if text is None else text.encode("utf-8", "replace").decode() for text in texts]
    frame = Judge(models).score(pl.DataFrame({"text": pl.Series(valid, dtype=pl.String)}))
    return make_scored(
        len(texts),
        **{name: frame[name].fill_null(np.nan).to_numpy() for name in ("ai_score", "mt_score", "ai_llr", "mt_llr")},
        origin=[_CODES[origin] for origin in frame["origin"]],
        language=frame["language"].fill_null("").to_list(),
        n_words=frame["n_words"].fill_null(-1).to_numpy(),
    )
