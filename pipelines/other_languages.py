"""Measures whether a small model of AI-generated text carries in a language with few labelled texts; prints the tables.

    python -m pipelines.other_languages ../shared/data

The rule and what came of it: docs/other-languages.md. Every text is cleaned of what tells sets apart and cut to its
first 200 words, so that lengths and endings are alike; thresholds and false positives are of texts as they are found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.labelled_sets import OWN, read_web_pages
from provenance.models.linear import LinearModel
from provenance.text.ngrams import hash_ngrams
from provenance.text.tokens import tokenise
from provenance.text.windows import cut_windows
from provenance.text.words import count_words
from provenance.train.artefacts import CleanOptions
from provenance.train.linear import LinearOptions, fit_binary
from provenance.train.metrics import measure_auroc

MORE = OWN.parent / "generated_2026_more.parquet"
LANGUAGES = ("de", "fr", "es")
OPTIONS = LinearOptions(bits=16, strength=10.0)
CLEAN = CleanOptions(max_words=200)
MIN_WORDS = 80
PER_SOURCE = 150  # human documents of one source
RATE = 0.01  # of the worst source of people, above the threshold
FEWEST = 50  # documents of a source on which a threshold, or a false-positive rate, may stand
LEAST_AUROC, MOST_FALSE = 0.85, 0.02
RESAMPLES = 1000
SEED = 1
_OUTLET = r"^\d+:\w+:(.+\.[a-z-]+)\.\d+$"  # of a news document's id, as 2021:de:salzburg.com.306606
COLUMNS = ("text", "label", "lang", "set", "source", "register", "generator", "split")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its 95 % interval and the documents it stands on."""

    value: float
    low: float
    high: float
    n_positive: int
    n_negative: int

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f}), n {self.n_positive} / {self.n_negative}"


def read_own(more: bool = True) -> pl.DataFrame:
    """The project's own AI-generated texts in other languages than English; those of the test half have split test."""
    paths = [OWN, MORE] if more and MORE.exists() else [OWN]
    own = pl.concat([pl.read_parquet(path) for path in paths], how="diagonal_relaxed").filter(pl.col("lang") != "en")
    return own.with_columns(set=pl.lit("own"), source=pl.format("own {}", "register")).select(COLUMNS)


def read_dated(data: Path) -> pl.DataFrame:
    """Dated human texts and the human translations of NTREX, which may be fitted on; split fit."""
    dated = pl.read_parquet(data / "human" / "human_dated.parquet").filter(pl.col("lang") != "en")
    news = pl.read_parquet(data / "mt" / "ntrex.parquet").filter(pl.col("label") == "ht")
    news = news.with_columns(source=pl.lit("ntrex (translated)"), register=pl.lit("news"))
    parts = [dated.with_columns(set=pl.lit("human_dated")), news.with_columns(set=pl.lit("ntrex"))]
    both = _fill(pl.concat(parts, how="diagonal_relaxed"), "human", "fit")
    shuffled = both.unique("text", maintain_order=True).sample(fraction=1.0, shuffle=True, seed=SEED)
    return shuffled.filter(pl.int_range(pl.len()).over("lang", "source") < PER_SOURCE)


def read_unseen(data: Path) -> pl.DataFrame:
    """Dated human news (WMT originals) and web pages that nothing is fitted on; a host or a document is a source."""
    wmt = pl.concat([pl.read_parquet(data / "mt" / f"{name}.parquet") for name in ("wmt21", "wmt22")])
    originals = wmt.filter(pl.col("label") == "original").with_columns(
        set=pl.when(pl.col("domain").is_in(["news", "mixed"])).then(pl.lit("wmt news")).otherwise(pl.lit("wmt other")),
        source=pl.coalesce(pl.col("doc_id").str.extract(_OUTLET), "doc_id"),
    )
    web = read_web_pages(data).rename({"group": "source"}).with_columns(set=pl.lit("web"))
    both = pl.concat([_fill(originals, "human", "test"), _fill(web, "human", "test")])
    return both.unique("text", maintain_order=True).filter(pl.col("lang") != "en")


def fit(texts: pl.DataFrame) -> LinearModel:
    """The model of one language from cleaned texts with label, source and register."""
    celled = texts.with_columns(cell=pl.format("{} {}", "source", "label"))
    return fit_binary(celled, "ai", OPTIONS)


def score(model: LinearModel, texts: pl.Series) -> Floats:
    """The mean log odds over the windows of each text, as signals/text_models.py has them."""
    windows = cut_windows(tokenise(texts))
    ngrams = hash_ngrams(windows, bits=model.bits)
    return windows.average(np.logaddexp.reduce(model.score(ngrams.buckets, ngrams.offsets), axis=1))


def hold_out_sources(known: pl.DataFrame) -> pl.DataFrame:
    """Each human source scored by a model without it, and without AI-generated texts of its register."""
    parts = []
    people = known.filter(pl.col("label") == "human")
    for source, register in people.select("source", "register").unique().sort("source").iter_rows():
        ai_like = (pl.col("label") == "ai") & (pl.col("register") == register)
        kept = known.filter((pl.col("source") != source) & ~ai_like)
        if kept.filter(pl.col("label") == "ai").height < 10:
            continue
        model = fit(kept)
        held = pl.concat([people.filter(pl.col("source") == source), known.filter(ai_like)])
        parts.append(held.with_columns(pl.Series("score", score(model, held["text"])), held_out=pl.lit(source)))
    return pl.concat(parts) if parts else known.clear()


def measure_interval(scores: Floats, positive: NDArray[np.bool_], groups: Sequence[str]) -> Figure:
    """AUROC with a bootstrap interval that resamples groups (hosts, documents)."""
    names, which = np.unique(np.array(groups), return_inverse=True)
    rng = np.random.default_rng(SEED)
    values = []
    for _ in range(RESAMPLES):
        counts = np.bincount(rng.integers(0, names.size, names.size), minlength=names.size)[which]
        rows = np.repeat(np.arange(scores.size), counts)
        values.append(measure_auroc(scores[rows], positive[rows]))
    low, high = np.nanquantile(values, [0.025, 0.975])
    return Figure(measure_auroc(scores, positive), float(low), float(high), int(positive.sum()), int((~positive).sum()))


def _fill(frame: pl.DataFrame, label: str, split: str) -> pl.DataFrame:
    missing = [pl.lit(None, pl.String).alias(name) for name in COLUMNS if name not in frame.columns]
    filled = frame.with_columns(*missing).with_columns(label=pl.lit(label), split=pl.lit(split))
    return filled.with_columns(pl.col("lang").str.head(2), pl.col("source").cast(pl.String)).select(COLUMNS)


def _long(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(count_words(pl.col("text")) >= MIN_WORDS)
