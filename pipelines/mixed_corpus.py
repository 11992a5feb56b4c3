"""A corpus of human and AI-generated documents with known labels, and human text that shares no document with it.

What the shipped detector has never seen: DetectRL and GriD (docs/ratio.md). Held out is human text of other leak
groups: of the same kinds (reviews, fiction, abstracts, Reddit answers), and dated text of other kinds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.labelled_sets import read_ai_sets, read_dated
from provenance.train.artefacts import CleanOptions, clean_texts

UNSEEN = ("detectrl", "grid_reddit")
SAME_KIND = ("biscope", "gptid_reddit")
OTHER_KIND = ("blog", "howto", "government", "news", "essay", "fiction", "qa", "review")
SHINGLE = 13  # words in a row that two documents must share to count as sharing text (GPT-3, arXiv:2005.14165, C)
PER_DOMAIN = 120  # held-out documents, at most
CLEAN = CleanOptions()
SEED = 1


@dataclass(frozen=True, slots=True)
class Corpus:
    """`training`: id, text, label (human, ai), set, domain, generator, shuffled. `held_out`: text, kind, domain."""

    training: pl.DataFrame
    held_out: pl.DataFrame


def make_corpus(data: Path, *, ai_share: float, sets: tuple[str, ...] = UNSEEN) -> Corpus:
    """The largest mixture of each set with that share of AI-generated documents, and what is held out."""
    labelled, dated = read_ai_sets(data, per_cell=None), read_dated(data, per_cell=None)
    texts = pl.concat([labelled, dated], how="vertical_relaxed")
    once = texts.filter(pl.col("lang") == "en", pl.col("use").fill_null("") != "fit")
    clean = clean_texts(once, CLEAN).unique("text", keep="first", maintain_order=True)
    return mix_corpus(clean, ai_share=ai_share, sets=sets)


def mix_corpus(texts: pl.DataFrame, *, ai_share: float, sets: tuple[str, ...]) -> Corpus:
    """The same from clean texts with text, label, set, group, domain, generator and register."""
    training = pl.concat(mix_set(texts.filter(pl.col("set") == name), ai_share) for name in sets)
    rest = texts.filter(pl.col("label") == "human", ~pl.col("group").is_in(training["group"].unique().implode()))
    same, other = pl.col("set").is_in(SAME_KIND), pl.col("register").is_in(OTHER_KIND)
    kind = pl.when(same).then(pl.lit("same kind")).when(other).then(pl.lit("other kind"))
    chosen = rest.with_columns(kind=kind).drop_nulls("kind").sample(fraction=1.0, shuffle=True, seed=SEED)
    capped = chosen.filter(pl.int_range(pl.len()).over("domain") < PER_DOMAIN)
    held_out = drop_shared(capped, training["text"]).select("text", "kind", "domain")
    shuffled = training.sample(fraction=1.0, shuffle=True, seed=SEED).with_row_index("number")
    columns = ("text", "label", "set", "domain", "generator")
    return Corpus(shuffled.select(pl.format("document {}", "number").alias("id"), *columns), held_out)


def mix_set(texts: pl.DataFrame, ai_share: float) -> pl.DataFrame:
    """As many of a set's documents as that share of AI-generated ones allows, drawn at random."""
    sides = [texts.filter(label=label) for label in ("human", "ai")]
    n = int(min(side.height / share for side, share in zip(sides, (1 - ai_share, ai_share), strict=True)))
    n_ai = round(n * ai_share)
    return pl.concat(side.sample(k, seed=SEED) for side, k in zip(sides, (n - n_ai, n_ai), strict=True))


def drop_shared(held_out: pl.DataFrame, training: Iterable[str]) -> pl.DataFrame:
    """The held-out documents that have no SHINGLE words in a row with a document of the training corpus."""
    known = {shingle for text in training for shingle in _shingle(text)}
    return held_out.filter(pl.Series([known.isdisjoint(_shingle(text)) for text in held_out["text"]], dtype=pl.Boolean))


def _shingle(text: str) -> set[int]:
    words = text.lower().split()
    return {hash(tuple(words[i : i + SHINGLE])) for i in range(len(words) - SHINGLE + 1)}
