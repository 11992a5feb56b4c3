"""No stretch of pages is larger than what is matched at a time, however the keys fall."""

from pathlib import Path

import polars as pl
import pytest

from provenance.jobs.parallel import pieces
from provenance.jobs.parallel.pieces import SCATTERED, Pieces
from provenance.jobs.pieces.cuts import CutWriter


def lay(folder: Path, parts: dict[str, dict[int, int]]) -> Pieces:
    """Parts with the keys of their items."""
    found = Pieces(folder, 1)
    for part, keys in parts.items():
        told = pl.DataFrame({"item": list(keys), "key": list(keys.values())}, schema_overrides=SCATTERED)
        empty = {name: pl.lit(None, dtype) for name, dtype in SCATTERED.items() if name not in told.columns}
        with CutWriter(found.pages_path(part), 1) as writer:
            writer.add_frame(0, told.with_columns(**empty).select(SCATTERED.names()).sort("key", "item"))
    return found


@pytest.mark.parametrize("gathered", [1, 60, 1000])
def test_a_key_of_very_many_pages_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gathered: int) -> None:
    monkeypatch.setattr(pieces, "MAX_ROWS", 10)
    monkeypatch.setattr(pieces, "GATHERED", gathered)
    keys = {item: 7 << 40 if item % 8 else item for item in range(80)}
    laid = lay(tmp_path, {"a": dict(list(keys.items())[:50]), "b": dict(list(keys.items())[50:])})
    stretches = [pages["item"].to_list() for pages in laid.read_pages(["a", "b"], 0)]
    assert max(map(len, stretches)) <= 10
    assert sorted(item for stretch in stretches for item in stretch) == list(range(80))
    assert all(stretch == sorted(stretch) for stretch in stretches)
