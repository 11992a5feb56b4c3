"""Texts to scores on the fly, with models loaded once per process after it has started.

The scores are those of `judge_many`, bit for bit; what a loop has no use for is left out: evidence, and signals that
the calibration gives no weight or that read the page a text stood on.
"""

import functools
from pathlib import Path

import numpy as np
import polars as pl

from provenance.adapters.judge import CHUNK_ROWS, load_instruments
from provenance.adapters.loaders.scored import ORIGINS, Scored, join_scored, make_scored
from provenance.adapters.processes.companion import ask
from provenance.adapters.processes.forks import is_forked
from provenance.models.calibration import Calibration, load_calibration
from provenance.signals import Signal, measure_signals
from provenance.signals.base import MENDED
from provenance.text.repair import repair_texts
from provenance.text.words import count_words
from provenance.verdict import Values, read_floats, score_values
from provenance.verdict.genre import GENRE
from provenance.verdict.weighing import PROSE

_CODES = {origin: code for code, origin in enumerate(ORIGINS)}
_KNOWN = ("text", "language", "n_words", MENDED)  # of a text by itself


def score_texts(texts: list[str | None], models: Path | None) -> Scored:
    """A row per text, in order; a null text has no score. In a forked process its companion scores.

    `models` is a folder of models, null for those of the package. Raises ConfigError when one is missing or damaged,
    ScoringError when a companion fails.
    """
    if is_forked():
        return ask(score_here, texts, None if models is None else models.absolute())
    return score_here(texts, models)


def score_here(texts: list[str | None], models: Path | None) -> Scored:
    """The same by polars in this process."""
    chunks = [texts[at : at + CHUNK_ROWS] for at in range(0, len(texts), CHUNK_ROWS)]
    return join_scored([_score_chunk(chunk, models) for chunk in chunks])


def _score_chunk(texts: list[str | None], models: Path | None) -> Scored:
    known = np.array([text is not None for text in texts])
    documents = _read_documents(texts, models)
    signals = measure_signals(documents, _choose_signals(models))
    values = Values(
        np.array(documents["language"].to_list(), dtype=object), documents["n_words"].to_numpy(), read_floats([signals])
    )
    judged = score_values(values, load_calibration(models))
    return make_scored(
        len(texts),
        ai_score=judged.ai_score.fill_null(np.nan).to_numpy(),
        mt_score=judged.mt_score.fill_null(np.nan).to_numpy(),
        ai_llr=judged.ai_llr,
        mt_llr=judged.mt_llr,
        origin=[_CODES[origin] for origin in judged.origin],
        language=[language or "" for language in values.language],
        n_words=np.where(known, values.n_words, -1),
    )


def _read_documents(texts: list[str | None], models: Path | None) -> pl.DataFrame:
    """Text, mended text, language and number of words, row for row; a null text is empty."""
    valid = ["" if text is None else text.encode("utf-8", "replace").decode() for text in texts]
    text = pl.Series("text", valid, dtype=pl.String)
    mended = repair_texts(text).alias(MENDED)
    language = load_instruments(models)[0].identify(text)["language"]
    n_words = mended.to_frame().select(count_words(pl.col(MENDED)).alias("n_words")).to_series()
    return pl.DataFrame([text, mended, language, n_words])


@functools.cache
def _choose_signals(models: Path | None) -> tuple[Signal, ...]:
    """Those that a text has by itself and that the calibration weighs."""
    weighed = _list_weighed(load_calibration(models))
    return tuple(
        signal
        for signal in load_instruments(models)[1]
        if set(signal.needs) <= set(_KNOWN) and any(name in weighed for name in signal.columns)
    )


def _list_weighed(calibration: Calibration) -> set[str]:
    """The columns of signals that a score depends on."""
    names = {PROSE}
    for axis in (calibration.ai, calibration.mt):
        names |= {term.signal for stratum in axis.strata for term in stratum.terms}
        names |= {stratum.needs for stratum in axis.strata} | {mark.signal for mark in axis.marks}
        names |= {f"{GENRE}_{reference.genre}" for reference in axis.references}
    return names
