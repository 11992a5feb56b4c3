"""How the shipped calibration is fitted, and how documents are judged by one that has not seen them.

Only sets whose licence allows shipping what was fitted on them take part; the others are for testing alone. Weights
come from clean documents without weak or base generators, each set and domain alike; marks are counted on raw
documents; thresholds come from raw human documents of the registers that web pages consist of.
"""

from collections.abc import Mapping

import polars as pl

from pipelines.train_shipped import LICENSED, WEAK
from provenance.models.calibration import Calibration
from provenance.train.calibration import fit_calibration
from provenance.train.genre_reference import GenreOptions
from provenance.train.options import AI_MARKS, AI_SIGNALS, MT_MARKS, MT_SIGNALS, AxisOptions, FitOptions
from provenance.train.reference import ReferenceOptions
from provenance.verdict import judge_batch

WEB_REGISTERS = ("web", "blog", "news", "howto", "government", "technical", "review", "qa", "other")
# People's texts of the sets that are dated; FAID's may be of 2023 or later.
REFERENCE_SETS = ("human_dated", "web", "biscope", "gptid_reddit", "authenticheck_asap")
OPTIONS = FitOptions(
    ai=AxisOptions(AI_SIGNALS, AI_MARKS, ReferenceOptions(miss=0.1), negatives=("human",), genres=GenreOptions()),
    mt=AxisOptions(
        MT_SIGNALS,
        MT_MARKS,
        ReferenceOptions(guides=WEB_REGISTERS),
        negatives=("original",),
        # All translations are news, told as other genres now and then: 22 of them shifted every abstract by 2 nats.
        genres=GenreOptions(min_offset=200),
    ),
    version="2026-11",
)
NOTES = {
    "sets": ", ".join(LICENSED),
    "fitted on": "signals measured by language models that had not seen the document (pipelines/cross_fit.py)",
    "not AI in the fit": "base and small generators, human text polished by a model",
    "thresholds": "by genre, see references: at most a share `rate` of human documents, and 3 % of those of any "
    "one source, lie above; those of the strata serve documents whose genre was not measured",
    "human_below": "ai: what a tenth of unseen AI-generated texts lie below; never above 0",
    "references": ", ".join(REFERENCE_SETS),
}  # fmt: skip


def select_labelled(measured: pl.DataFrame, *forms: str) -> pl.DataFrame:
    """Licensed documents of these forms; in group A, most of them, every domain is a group."""
    strong = ~pl.col("generator").fill_null("").str.contains(WEAK)
    fitting = (pl.col("use").fill_null("") != "figures") | (pl.col("form") == "raw")
    domain = pl.format("A {}", pl.col("domain").str.split("/").list.last())
    group = pl.when(pl.col("group") == "A").then(domain).otherwise("group")
    chosen = pl.col("set").is_in(LICENSED) & pl.col("form").is_in(forms) & strong & fitting & (pl.col("label") != "ht")
    return measured.filter(chosen).with_columns(group.alias("group"))


def select_references(measured: pl.DataFrame) -> pl.DataFrame:
    """Raw human documents written before 2022-11, as they are met when judging; a set's domain is a register, too."""
    raw = measured.filter(pl.col("form") == "raw", pl.col("set").is_in(REFERENCE_SETS), pl.col("label") == "human")
    return raw.with_columns(register=pl.coalesce("register", "domain"))


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
    """Every set judged by a calibration without its group; every reference by one without its half of the sources."""
    judged = measured.filter(pl.col("use").fill_null("") != "fit", pl.col("form") != "short")
    reference, licensed = pl.col("register").is_not_null(), pl.col("set").is_in(LICENSED)
    parts = [judge(judged.filter(~licensed & ~reference), fit(measured, options))]
    fitted = judged.filter(licensed & ~reference)
    for group in fitted["group"].unique().sort():
        mine = pl.col("group") == group
        parts.append(judge(fitted.filter(mine), fit(measured.filter(~mine), options)))
    for side in (0, 1):
        mine = reference & (pl.col("group").rank("dense") % 2 == side)
        parts.append(judge(judged.filter(mine), fit(measured.filter(~mine), options)))
    return pl.concat(parts)
