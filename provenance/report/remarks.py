"""Remarks of a table's rows: what a failed control withholds is said once above the table, and marked in the row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WITHHELD = "withheld: control"
_FAILED = "the negative control fails"  # how stats begins the remark on a failed control
_BETWEEN = "; "
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Remarked:
    """Rows whose `why` is short, and the sentences that go above their table."""

    rows: tuple[dict[str, object], ...]
    said: tuple[str, ...]


def fold_remarks(rows: Sequence[Row]) -> Remarked:
    """Takes remarks on failed controls out of `why`, each to be said once, and leaves a mark in their place."""
    said: dict[str, None] = {}
    folded = []
    for row in rows:
        parts = str(row["why"] or "").split(_BETWEEN)
        failed = [part for part in parts if part.startswith(_FAILED)]
        said |= dict.fromkeys(failed)
        kept = [part for part in parts if part not in failed] + ([WITHHELD] if failed else [])
        folded.append({**row, "why": _BETWEEN.join(part for part in kept if part)})
    return Remarked(tuple(folded), tuple(f"{part[0].upper()}{part[1:]}." for part in said))
