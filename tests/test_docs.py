"""Documents that are made from the code say what the code says; commands in the README exist."""

import re
from pathlib import Path

from pipelines.document_tables import TARGET, describe_tables
from provenance.cli import COMMANDS

ROOT = Path(__file__).parent.parent


def test_the_page_of_tables_is_made_from_the_schema() -> None:
    assert TARGET.read_text(encoding="utf-8") == describe_tables()


def test_commands_in_the_readme_exist() -> None:
    named = set(re.findall(r"^provenance (\w+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.M))
    assert named
    assert named <= set(COMMANDS)


def test_links_in_documents_lead_somewhere() -> None:
    for page in [
        ROOT / "README.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "pipelines").glob("*.md"),
        ROOT / "benchmarks" / "README.md",
    ]:
        for target in re.findall(r"\]\((?!http|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
