"""Texts to scores on the fly, with models loaded once per process after it has started."""

from pathlib import Path

import numpy as np
import polars as pl

from provenance.adapters.judge import Judge
from provenance.adapters.loaders.companion import ask
from provenance.adapters.loaders.forks import is_forked
from provenance.adapters.loaders.scored import ORIGINS, Scored, make_scored

_CODES = {origin: code for code, origin in enumerate(ORIGINS)}


def score_texts(texts: list[str | None], models: Path | None) -> Scored:
    """A row per text, in order; a null text has no score. In a forked process its companion scores.

    `models` is a folder of models, null for those of the package. Raises ConfigError when one is missing or damaged,
    ScoringError when a companion fails.
    """
    if is_forked():
        return ask(_score_here, texts, None if models is None else models.absolute())
    return _score_here(texts, models)


def _score_here(texts: list[str | None], models: Path | None) -> Scored:
    valid = [None if text is None else text.encode("utf-8", "replace").decode() for text in texts]
    frame = Judge(models).score(pl.DataFrame({"text": pl.Series(valid, dtype=pl.String)}))
    return make_scored(
        len(texts),
        **{name: frame[name].fill_null(np.nan).to_numpy() for name in ("ai_score", "mt_score", "ai_llr", "mt_llr")},
        origin=[_CODES[origin] for origin in frame["origin"]],
        language=frame["language"].fill_null("").to_list(),
        n_words=frame["n_words"].fill_null(-1).to_numpy(),
    )
