"""docs/signals.md names every column that a run measures."""

from pathlib import Path

import pytest

from provenance.models import load_models
from provenance.signals import load_signals, signal_columns

PAGE = Path(__file__).parents[2] / "docs" / "signals.md"


@pytest.mark.parametrize("column", sorted(signal_columns(load_signals(load_models()))))
def test_the_column_is_documented(column: str) -> None:
    assert f"`{column}`" in PAGE.read_text(encoding="utf-8")
