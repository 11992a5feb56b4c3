"""Labelled texts for training in tests: the project's own AI-generated texts, and human ones put together anew."""

import random
import re
from pathlib import Path

import polars as pl

from tests.made_models import ROOT, read_fixture

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
OWN = ROOT / "fixtures" / "labelled" / "generated_2026.parquet"
GENRES = ("news", "blog", "howto")


def make_human(n: int, seed: int = 1) -> list[str]:
    """Texts of 100 to 200 words: sentences drawn from the human fixtures in English."""
    files = [path.name for path in sorted((ROOT / "fixtures" / "texts").glob("en-*.txt"))]
    human = [name for name in files if name.split("-")[1] not in ("ai", "mt")]
    sentences = [each for name in human for each in _SENTENCE.split(" ".join(read_fixture(name).split()))]
    dice = random.Random(seed)
    texts = []
    for _ in range(n):
        wanted, words = dice.randint(100, 200), 0
        chosen = []
        while words < wanted:
            chosen.append(dice.choice(sentences))
            words += len(chosen[-1].split())
        texts.append(" ".join(chosen))
    return texts


def make_labelled(n: int = 120, *, groups: int = 12) -> pl.DataFrame:
    """`n` texts of either label in `groups` groups that hold both, with genres."""
    ai = pl.read_parquet(OWN).filter(lang="en", split="train")["text"].head(n).to_list()
    rows = [(text, "ai", i) for i, text in enumerate(ai)] + [(t, "human", i) for i, t in enumerate(make_human(n))]
    frame = pl.DataFrame(rows, schema=["text", "label", "number"], orient="row")
    number = pl.col("number")
    return frame.select(
        "text",
        "label",
        lang=pl.lit("en"),
        pair_id=pl.format("group {}", number % groups),
        domain=pl.format("domain {}", number % 2),
        genre=(number % len(GENRES)).replace_strict(dict(enumerate(GENRES)), return_dtype=pl.String),
    )


def make_references(n: int = 200) -> pl.DataFrame:
    """Human texts of two registers and ten sources."""
    return pl.DataFrame({"text": make_human(n, seed=2)}).with_row_index("number").select(
        "text",
        lang=pl.lit("en"),
        source=pl.format("source {}", pl.col("number") % 10),
        register=pl.format("register {}", pl.col("number") % 2),
    )  # fmt: skip


def write_labelled(folder: Path) -> tuple[Path, Path]:
    """Both as files."""
    labelled, references = folder / "labelled.parquet", folder / "references.parquet"
    make_labelled().write_parquet(labelled)
    make_references().write_parquet(references)
    return labelled, references
