"""Texts of 80 words and more that are no prose, written for these tests: code, tables, verse, lists and others."""

from pathlib import Path

FOLDER = Path(__file__).parent
_HEAD = "==== "


def load_not_prose() -> dict[str, str]:
    """Each text by its kind and name."""
    found: dict[str, str] = {}
    for path in sorted(FOLDER.glob("*.txt")):
        for part in path.read_text(encoding="utf-8").split(_HEAD)[1:]:
            name, text = part.split("\n", 1)
            found[f"{path.stem}: {name}"] = text.strip("\n")
    return found
