"""Labelled texts for simulated crawls: of English only what no shipped model, weight or threshold has seen.

Columns: key (number of the text), text, language, origin (human, ai_generated, machine_translated) and stock, what a
host draws from: a register of people, a set and generator of AI-generated text, a source language of translations, so
that pages of a host are alike. Weak and base generators and texts that people and machines share (polished abstracts,
mixed sentences) are left out: they have no single origin.
"""

from pathlib import Path

import polars as pl

from pipelines.labelled_sets import OWN, read_ai_sets
from pipelines.train_shipped import WEAK
from provenance.text.words import count_words
from provenance.train.artefacts import CleanOptions, clean_texts

LANGUAGES = ("en", "de", "fr")
CLEAN = CleanOptions(min_words=90, max_words=600)
MIN_WORDS = 84  # of the cleaned text: a little above what has a score
UNSEEN = ("detectrl", "grid_reddit", "argugpt_ai", "hppt_mixed")
WMT = ("wmt21", "wmt22")
REGISTERS = {
    "detectrl/xsum": "news", "detectrl/yelp": "review", "detectrl/writing": "fiction", "detectrl/arxiv": "science",
    "hppt_mixed/acl-abstract": "science",
}  # fmt: skip
PROMPTS = r"\+prompt_\w+$"  # ways to ask one generator
ORIGINS = {"ai": "ai_generated", "mt": "machine_translated", "human": "human", "original": "human"}
NEW_GENERATOR = "own 2026"
SEED = 1


def read_texts(data: Path) -> pl.DataFrame:
    """All texts, each once, numbered in an order that does not depend on their sets."""
    parts = (_read_sets(data), _read_own(), _read_wmt(data), _read_dated(data))
    texts = pl.concat([part.select("text", "stock", language="lang", origin="label") for part in parts])
    known = texts.with_columns(pl.col("origin").replace_strict(ORIGINS))
    cleaned = clean_texts(known, CLEAN).filter(count_words(pl.col("text")) >= MIN_WORDS)
    once = cleaned.unique("text", keep="first", maintain_order=True)
    return once.sample(fraction=1.0, shuffle=True, seed=SEED).with_row_index("key").cast({"key": pl.Int64})


def _read_sets(data: Path) -> pl.DataFrame:
    """English: people and strong generators of the sets that took part in nothing that ships."""
    raw = pl.read_parquet(data / "ai" / "detectrl.parquet")
    mixed = raw.filter(pl.col("label") == "ai", pl.col("source").str.contains("Data_Mixing"))
    sets = read_ai_sets(data, per_cell=None).filter(pl.col("set").is_in(UNSEEN), pl.col("lang") == "en")
    strong = ~pl.col("generator").fill_null("").str.contains(WEAK)
    generator = pl.format("{} {}", "set", pl.col("generator").str.replace(PROMPTS, ""))
    register = pl.col("domain").replace_strict(REGISTERS, default="qa")
    stock = pl.when(pl.col("label") == "ai").then(generator).otherwise(register)
    return sets.filter(strong).join(mixed, on="text", how="anti").with_columns(stock=stock)


def _read_own() -> pl.DataFrame:
    """AI-generated texts of 2026: English ones of the test half, all of the other languages."""
    unseen = (pl.col("lang") != "en") | (pl.col("split") == "test")
    own = pl.read_parquet(OWN).filter(unseen, pl.col("lang").is_in(LANGUAGES), pl.col("label") == "ai")
    return own.with_columns(stock=pl.lit(NEW_GENERATOR))


def _read_wmt(data: Path) -> pl.DataFrame:
    """Machine translations, one of each source text, and originals, which are news."""
    frames = [pl.read_parquet(data / "mt" / f"{name}.parquet") for name in WMT]
    texts = pl.concat(frames).filter(pl.col("lang").is_in(LANGUAGES), pl.col("label").is_in(["mt", "original"]))
    shuffled = texts.filter(pl.col("n_words") >= CLEAN.min_words).sample(fraction=1.0, shuffle=True, seed=SEED)
    one = shuffled.unique(["doc_id", "lang", "label"], keep="first", maintain_order=True)
    return one.with_columns(stock=pl.when(pl.col("label") == "mt").then("src_lang").otherwise(pl.lit("news")))


def _read_dated(data: Path) -> pl.DataFrame:
    """German and French by people; their English counterparts are what the models have learned from."""
    dated = pl.read_parquet(data / "human" / "human_dated.parquet")
    written = dated.filter(pl.col("author_note").fill_null("") != "human translation", pl.col("lang").is_in(LANGUAGES))
    return written.filter(pl.col("lang") != "en").with_columns(label=pl.lit("human"), stock=pl.col("register"))
