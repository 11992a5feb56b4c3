"""The examples of docs/loaders.md and of the README run as they stand, each section as a script of its own."""

import re
from pathlib import Path

import polars as pl
import pytest

from provenance.adapters.judge import COLUMNS
from provenance.adapters.loaders.filter import Filter
from provenance.adapters.loaders.scored import make_scored
from provenance.adapters.loaders.weights import Weights
from provenance.models.registry import SHIPPED
from tests.docs.made_corpus import write_corpus
from tests.docs.sections import Section, read_sections, run_command

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "loaders.md"
README = read_sections(ROOT / "README.md")
SECTIONS = [*read_sections(PAGE), *(part for part in README if part.title == "In a training loop")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_corpus(tmp_path)
    return tmp_path


@pytest.mark.parametrize("section", [part for part in SECTIONS if part.code], ids=lambda part: part.title)
def test_examples_of_the_section_run(section: Section, folder: Path) -> None:
    if section.missing:
        pytest.skip(f"{', '.join(section.missing)} not installed; the page says which extra brings it, if any")
    section.run(folder)


def test_scores_of_the_examples_have_columns_that_judge_writes(folder: Path) -> None:
    assert set(pl.read_parquet_schema(folder / "scores.parquet")) <= {"id", *COLUMNS}


def test_the_command_before_the_examples_writes_scores_for_every_document(folder: Path) -> None:
    command = next(
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("provenance judge")
    )
    (folder / "scores.parquet").unlink()
    run_command(command, folder)
    assert pl.read_parquet(folder / "scores.parquet")["id"].equals(pl.read_parquet(folder / "corpus.parquet")["id"])


def test_the_table_of_what_stays_is_what_the_policies_do_to_the_shipped_reference_scores() -> None:
    (text,) = re.findall(r"^## Filter, Weights or neither\n(.*?)^## ", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    rows = [line.strip("| ").split(" | ") for line in text.splitlines()]
    told = {row[0].strip("`"): row[1:] for row in rows if re.match(r"`(Filter|Weights)\([^`]*\d\)`$", row[0])}
    assert len(told) == 4
    for policy, shares in told.items():
        assert shares == [f"{share:.2f}" for share in _find_shares(policy)]


def _find_shares(policy: str) -> list[float]:
    known = pl.read_parquet(SHIPPED / "reference_scores.parquet")
    name, options = re.match(r"(\w+)\((.*)\)", policy).groups()
    made = {"Filter": Filter, "Weights": Weights}[name](
        **{option: float(value) for option, value in (item.split("=") for item in options.split(", "))}
    )
    weights = made.weigh(make_scored(known.height, ai_score=known["ai_score"], mt_score=known["mt_score"]))
    human = pl.col("label") == "human"
    groups = (
        human,
        human & (pl.col("source") == "human_dated/science"),
        pl.col("label") == "ai_generated",
        pl.col("label") == "machine_translated",
    )
    weighed = known.with_columns(weight=pl.Series(weights))
    return [weighed.filter(group)["weight"].mean() for group in groups]
