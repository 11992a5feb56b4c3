"""Writes docs/tables.md from the schema: `python -m pipelines.document_tables`."""

from collections.abc import Mapping
from pathlib import Path

from provenance.models import load_models
from provenance.schema import TABLES, Column
from provenance.signals import load_signals, signal_columns

TARGET = Path(__file__).parent.parent / "docs" / "tables.md"

HEAD = """# Tables

Made from `provenance/schema.py` and the catalogue of signals by `python -m pipelines.document_tables`. Null means
"could not be measured" everywhere. `documents`, `signals`, `signatures`, `anchors`, `clusters`,
`parallels`, `verdicts` and `decisions` of a shard match row for row.
"""


def describe_tables() -> str:
    """The page: one section per table, one row per column."""
    signals = {"doc_id": TABLES[0].columns["doc_id"], **signal_columns(load_signals(load_models()))}
    sections = [_section(table.name, table.columns) for table in TABLES]
    sections.insert(1, _section("signals", signals))
    return "\n".join([HEAD, *sections])


def _section(name: str, columns: Mapping[str, Column]) -> str:
    rows = [_row(column_name, column) for column_name, column in columns.items()]
    return "\n".join(
        [f"## {name}\n", "| column | dtype | unit | range | null | meaning |", "|---|---|---|---|---|---|", *rows, ""]
    )


def _row(name: str, column: Column) -> str:
    low = "" if column.low is None else f"{column.low:g}"
    high = "" if column.high is None else f"{column.high:g}"
    bounds = f"{low} to {high}" if low or high else ""
    null = "yes" if column.nullable else "no"
    return f"| `{name}` | {column.dtype} | {column.unit} | {bounds} | {null} | {column.meaning.replace('|', '/')} |"


if __name__ == "__main__":
    TARGET.write_text(describe_tables(), encoding="utf-8")
