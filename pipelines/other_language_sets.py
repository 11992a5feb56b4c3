"""Reads what there is of labelled texts in other languages than English, into one table a source.

Columns: text, label (ai, human), lang, set, source (never split: a repository, a host, an outlet), register, generator
and split. `fit` may be fitted on and shipped, `test` are the project's own AI-generated texts of the test half and
people's texts that nothing is fitted on.
"""

from pathlib import Path

import polars as pl

from pipelines.labelled_sets import OWN, SEED, read_web_pages
from provenance.text.words import count_words
from provenance.train.artefacts import CleanOptions, clean_texts

MORE = OWN.parent / "generated_2026_more.parquet"
CLEAN = CleanOptions(max_words=200)  # the beginning of each text: lengths and endings tell nothing
PER_SOURCE = 150  # human documents of one source
COLUMNS = ("text", "label", "lang", "set", "source", "register", "generator", "split")
_OUTLET = r"^\d+:\w+:(.+\.[a-z-]+)\.\d+$"  # of a news document's id, as 2021:de:salzburg.com.306606
_HAN = r"(\p{Han}|\p{Hiragana}|\p{Katakana})"


def read_own(*, more: bool = True) -> pl.DataFrame:
    """The project's own AI-generated texts, those of the test half with split test; `more`: those written later too."""
    own = pl.concat([pl.read_parquet(path) for path in ((OWN, MORE) if more else (OWN,))], how="diagonal_relaxed")
    split = pl.when(pl.col("split") == "test").then(pl.lit("test")).otherwise(pl.lit("fit"))
    return _fill(own.with_columns(split=split), "own", source=pl.lit("own"))


def read_dated(data: Path) -> pl.DataFrame:
    """Dated human texts and the human translations of NTREX, at most `PER_SOURCE` of a source; split fit."""
    dated = pl.read_parquet(data / "human" / "human_dated.parquet").with_columns(label=pl.lit("human"))
    news = pl.read_parquet(data / "mt" / "ntrex.parquet").filter(pl.col("label") == "ht")
    news = news.with_columns(label=pl.lit("human"), register=pl.lit("news"))
    parts = [_fill(dated, "human_dated"), _fill(news, "ntrex", source=pl.lit("ntrex"))]
    shuffled = pl.concat(parts).unique("text", maintain_order=True).sample(fraction=1.0, shuffle=True, seed=SEED)
    return shuffled.filter(pl.int_range(pl.len()).over("lang", "source") < PER_SOURCE).with_columns(split=pl.lit("fit"))


def read_unseen(data: Path) -> pl.DataFrame:
    """People's dated texts that nothing is fitted on: WMT originals (news, and social or shops) and web pages."""
    wmt = pl.concat([pl.read_parquet(data / "mt" / f"{name}.parquet") for name in ("wmt21", "wmt22")])
    originals = wmt.filter(pl.col("label") == "original").with_columns(label=pl.lit("human"))
    is_news = pl.col("domain").is_in(["news", "mixed"])
    outlet = pl.coalesce(pl.col("doc_id").str.extract(_OUTLET), "doc_id")
    news, other = originals.filter(is_news), originals.filter(~is_news)
    parts = [
        _fill(news, "news", source=outlet),
        _fill(other, "social, shops", source=outlet),
        _fill(read_web_pages(data), "web", source=pl.col("group")),
    ]
    return pl.concat(parts).unique("text", maintain_order=True).with_columns(split=pl.lit("test"))


def read_set(data: Path, name: str) -> pl.DataFrame:
    """One of the labelled sets of others; the source of a text is its pair, where it has one."""
    frame = pl.read_parquet(data / "ai" / f"{name}.parquet").with_row_index("row")
    pair = pl.coalesce("pair_id", pl.format("row {}", "row"))
    return _fill(frame, name, source=pair, register=pl.col("domain")).with_columns(split=pl.lit("test"))


def prepare(texts: pl.DataFrame) -> pl.DataFrame:
    """Texts of 80 words and more, cleaned of artefacts of collection and cut to their first 200 words."""
    spaced = texts.with_columns(pl.col("text").str.replace_all(_HAN, " ${1} "))  # a character is a word there
    return clean_texts(keep_long(spaced), CLEAN)


def keep_long(texts: pl.DataFrame) -> pl.DataFrame:
    """Texts of 80 words and more, as they are found."""
    return texts.filter(count_words(pl.col("text")) >= CLEAN.min_words)


def _fill(frame: pl.DataFrame, name: str, **given: pl.Expr) -> pl.DataFrame:
    missing = {column: pl.lit(None, pl.String) for column in COLUMNS if column not in frame.columns}
    named = (
        frame.with_columns(**missing)
        .with_columns(**given, set=pl.lit(name))
        .with_columns(pl.col("register").fill_null(name))
    )
    return named.with_columns(pl.col("lang").str.head(2)).filter(pl.col("lang") != "en").select(COLUMNS)
