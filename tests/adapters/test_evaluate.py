"""Attacks are on positives alone; what they make unmeasurable is said."""

from pathlib import Path

import polars as pl
import pytest

from provenance.adapters import evaluate
from provenance.train.evaluation import EvaluateOptions
from tests.made_labelled import make_labelled
from tests.made_models import HAS_LMPLZ, write_small_models


@pytest.mark.skipif(not HAS_LMPLZ, reason="lmplz is not built: make lmplz")
def test_negatives_stay_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = write_small_models(tmp_path)
    measured = evaluate.measure_labelled(make_labelled(20), models)
    monkeypatch.setattr(evaluate, "ATTACKS", {"typo": lambda texts, rate, seed: pl.Series([""] * len(texts))})
    row = evaluate.measure_attacks(measured, models, EvaluateOptions(replicates=5)).row(0, named=True)
    assert (row["n_lost"], row["n_positive"], row["n_negative"]) == (20, 0, 20)
    assert row["tpr_after"] == 0.0
