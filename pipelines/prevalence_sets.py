"""The sets that estimators of prevalence are measured on, and what the estimators may know of each."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.train_shipped import WEAK
from provenance.models import find_model, load_models
from provenance.stats import ReferenceScores

UNSEEN, REFITTED = "unseen", "refitted"
REGISTERS = ("blog", "howto", "government", "technical", "news", "essay")
# Name, kind, set of the AI-generated documents, set of the human ones, beginnings of the sources left out.
SETS = (
    ("detectrl", UNSEEN, "detectrl", "detectrl", ()),
    ("detectrl attacks", UNSEEN, "detectrl_attacks_ai", "detectrl", ()),
    ("grid", UNSEEN, "grid_reddit", "grid_reddit", ()),
    ("argugpt", UNSEEN, "argugpt_ai", "authenticheck_asap", ("authenticheck_asap",)),
    ("own texts", UNSEEN, "own", "human_dated", ("own/",)),
    ("biscope", REFITTED, "biscope", "biscope", ("biscope",)),
    ("biscope paraphrased", REFITTED, "biscope_paraphrased_ai", "biscope", ("biscope",)),
    ("faid", REFITTED, "faid", "faid", ("faid",)),
    ("gptid", REFITTED, "gptid_reddit", "gptid_reddit", ("gptid_reddit",)),
    ("authenticheck", REFITTED, "authenticheck_asap", "authenticheck_asap", ("authenticheck_asap",)),
)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """One set: its documents by origin (ai_llr, ai_score, generator), and the scores that may be known."""

    name: str
    kind: str
    human: pl.DataFrame
    synthetic: pl.DataFrame
    known: ReferenceScores


def read_sets(measured: Path) -> Iterator[HeldOut]:
    """All sets, judged by what had not seen them (pipelines/calibrate_shipped.py)."""
    raw = pl.read_parquet(measured / "judged.parquet").filter(
        pl.col("form") == "raw", pl.col("ai_llr").is_not_null(),
        ~pl.col("generator").fill_null("").str.contains(WEAK) | (pl.col("label") == "human"),
    )  # fmt: skip
    model = find_model(load_models(), "reference_scores")
    if model is None:
        raise SystemExit("no reference scores among the shipped models: run pipelines.reference_scores")
    scores = pl.read_parquet(model.path)
    for name, kind, synthetic, human, left_out in SETS:
        part = _by_domain(scores) if name.startswith("biscope") else raw
        people = part.filter(pl.col("set") == human, pl.col("label") == "human")
        known = scores
        for beginning in left_out:
            known = known.filter(~pl.col("source").str.starts_with(beginning))
        if human == "human_dated":  # half of its sources; the other half stays known
            people = people.filter(_first_half(), pl.col("register").is_in(REGISTERS))
            known = _replace_dated(known, part.filter(pl.col("set") == human, ~_first_half()))
        made = part.filter(pl.col("set") == synthetic, pl.col("label") == "ai")
        if name == "own texts":
            made = made.filter(pl.col("use") == "figures")
        yield HeldOut(name, kind, people, made, ReferenceScores(known))


def _by_domain(scores: pl.DataFrame) -> pl.DataFrame:
    """Group A as the reference scores have it: each domain judged by what learned the others."""
    label = pl.col("label").replace({"ai_generated": "ai"})
    return scores.with_columns(label, set=pl.col("source").str.split("/").list.first(), use=pl.lit(None, pl.String))


def _first_half() -> pl.Expr:
    return pl.col("group").map_elements(lambda name: zlib.crc32(name.encode()) % 2 == 0, return_dtype=pl.Boolean)


def _replace_dated(known: pl.DataFrame, dated: pl.DataFrame) -> pl.DataFrame:
    rest = known.filter(~pl.col("source").str.starts_with("human_dated"))
    kept = dated.with_columns(language=pl.lit("en"), source="domain", generator=pl.lit(None, pl.String))
    return pl.concat([rest, kept.select(pl.col(name).cast(dtype) for name, dtype in rest.schema.items())])
