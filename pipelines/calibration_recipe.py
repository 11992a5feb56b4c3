"""How the shipped calibration is fitted, and how documents are judged by one that has not seen them.

Weights come from clean documents of all sets without weak or base generators, each set and domain alike; marks are
counted on raw documents; thresholds come from raw human documents of the registers that web pages consist of.
"""

from collections.abc import Mapping

import polars as pl

from provenance.models.calibration import Calibration
from provenance.train.calibration import (
    AI_MARKS,
    AI_SIGNALS,
    MT_MARKS,
    MT_SIGNALS,
    AxisOptions,
    FitOptions,
    fit_calibration,
)  # fmt: skip
from provenance.train.reference import SCORE_OF_HALF, ReferenceOptions
from provenance.verdict import judge_batch

WEAK = r"(?i)babbage|curie|bloom|flan|gpt2|\bada\b|davinci-002|polish"  # base and small models; polished human text
WEB_REGISTERS = ("web", "blog", "news", "howto", "government", "technical", "review", "qa", "other")
REFERENCE = ReferenceOptions(guides=WEB_REGISTERS)
OPTIONS = FitOptions(
    ai=AxisOptions(AI_SIGNALS, AI_MARKS, REFERENCE, negatives=("human",)),
    mt=AxisOptions(MT_SIGNALS, MT_MARKS, REFERENCE, negatives=("original",)),
    version="2026-11",
)
NOTES = {
    "fitted on": "signals measured by language models that had not seen the document (pipelines/cross_fit.py)",
    "not AI in the fit": "base and small generators, human text polished by a model",
    "positive_above": "what 1 % of the human documents of the worst register exceed, among " + ", ".join(WEB_REGISTERS)
    + f"; at least {SCORE_OF_HALF} nats",
    "human_below": "where the evidence begins to speak for human; `measured` says what share of positives lies there",
}  # fmt: skip


def select_labelled(measured: pl.DataFrame, *forms: str) -> pl.DataFrame:
    """Labelled documents of these forms; of dated sources each is a group, the web is one."""
    strong = ~pl.col("generator").fill_null("").str.contains(WEAK)
    fitting = (pl.col("use").fill_null("") != "figures") | (pl.col("form") == "raw")
    group = pl.when(pl.col("set") == "web").then(pl.lit("web")).otherwise("group")
    chosen = pl.col("form").is_in(forms) & strong & fitting & (pl.col("label") != "ht")
    return measured.filter(chosen).with_columns(group.alias("group"))


def select_references(measured: pl.DataFrame) -> pl.DataFrame:
    """Raw human documents with a register, as they are met when judging."""
    return measured.filter(pl.col("form") == "raw", pl.col("register").is_not_null(), pl.col("label") == "human")


def fit(measured: pl.DataFrame, options: FitOptions = OPTIONS, models: Mapping[str, str] | None = None) -> Calibration:
    """Weights from clean documents, whole and cut short; marks and thresholds from documents as found."""
    return fit_calibration(
        select_labelled(measured, "clean", "short"),
        options,
        references=select_references(measured),
        marked=select_labelled(measured, "raw"),
        models=models,
        notes=NOTES,
    )


def judge(part: pl.DataFrame, calibration: Calibration) -> pl.DataFrame:
    """The rows with their verdicts beside; dates are left aside, the text alone speaks."""
    documents = part.select(pl.col("document").cast(pl.String).alias("doc_id"), language="lang", n_words="n_words")
    verdicts = judge_batch(documents, part.drop("lang", "n_words"), calibration, first_seen=None)
    return part.hstack(verdicts.select("ai_score", "ai_llr", "mt_score", "mt_llr", "origin").get_columns())


def judge_unseen(measured: pl.DataFrame, options: FitOptions = OPTIONS) -> pl.DataFrame:
    """Every labelled set judged by a calibration without its group; every reference without its half of the sources."""
    parts = []
    judged = measured.filter(pl.col("use").fill_null("") != "fit", pl.col("form") != "short")
    labelled = judged.filter(pl.col("register").is_null())
    for group in labelled["group"].unique().sort():
        mine = pl.col("group") == group
        parts.append(judge(labelled.filter(mine), fit(measured.filter(~mine), options)))
    reference, half = pl.col("register").is_not_null(), pl.col("group").rank("dense") % 2
    for side in (0, 1):
        mine = reference & (half == side)
        parts.append(judge(judged.filter(mine), fit(measured.filter(~mine), options)))
    return pl.concat(parts)
