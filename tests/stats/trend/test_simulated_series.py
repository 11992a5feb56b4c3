"""Simulated crawls: shares as stated, hosts that stay, pages captured again, archives that hold the texts."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.simulated_archives import name_record, write_crawls
from pipelines.simulated_pages import CRAWLS, make_series
from provenance.archive import ArchiveReader, ReadOptions
from provenance.extract import ExtractOptions, extract_batches
from tests.extract.pages import Fixed

STOCKS = {
    "human": ("news", "qa", "review"),
    "ai_generated": ("set one", "set two", "own 2026"),
    "machine_translated": ("cs", "zh"),
}
SENTENCE = "Rain fell on town number {}, and nobody there minded it much."


@pytest.fixture(scope="module")
def texts() -> pl.DataFrame:
    rows = [
        (language, origin, stock)
        for language, n in (("en", 3000), ("de", 300), ("fr", 100))
        for origin, stocks in STOCKS.items()
        for stock in stocks
        for _ in range(n)
    ]
    made = pl.DataFrame(rows, schema=["language", "origin", "stock"], orient="row").with_row_index("key")
    text = pl.format(" ".join([SENTENCE] * 12), *["key"] * 12)
    return made.with_columns(text.alias("text"), pl.col("key").cast(pl.Int64))


@pytest.fixture(scope="module")
def series(texts: pl.DataFrame) -> pl.DataFrame:
    parts = [make_series(texts, seed).with_columns(seed=pl.lit(seed)) for seed in range(8)]
    origins = texts.select("key", "origin")
    return pl.concat(parts).filter(language="en").join(origins, on="key", maintain_order="left")


def test_new_pages_have_the_stated_shares(series: pl.DataFrame):
    new = series.filter(pl.col("fetch_time") == pl.col("fetch_time").min().over("seed", "key"))
    found = new.group_by("crawl").agg(
        ai=(pl.col("origin") == "ai_generated").mean(), mt=(pl.col("origin") == "machine_translated").mean()
    )
    for crawl, ai, mt in found.iter_rows():
        assert (ai, mt) == pytest.approx(CRAWLS[crawl], abs=0.05)
        assert (ai == 0.0) == (CRAWLS[crawl][0] == 0.0)


def test_the_pages_of_a_host_are_alike(series: pl.DataFrame):
    ai = (pl.col("origin") == "ai_generated").mean()
    hosts = (
        series.filter(crawl=list(CRAWLS)[-1])
        .group_by("seed", "url_host_name")
        .agg(ai=ai, n=pl.len())
        .filter(pl.col("n") >= 10)
    )
    whole = hosts.select((pl.col("ai") * pl.col("n")).sum() / pl.col("n").sum()).item()
    spread = hosts.select(((pl.col("ai") - whole) ** 2).mean()).item()
    independent = hosts.select((whole * (1 - whole) / pl.col("n")).mean()).item()
    assert spread > 2 * independent


def test_some_hosts_are_in_every_crawl_and_most_are_not(series: pl.DataFrame):
    n_crawls = series.filter(seed=1).group_by("url_host_name").agg(n=pl.col("crawl").n_unique())["n"]
    assert 20 <= (n_crawls == len(CRAWLS)).sum() < len(n_crawls) / 2


def test_pages_captured_again_keep_their_text(series: pl.DataFrame):
    pages = series.filter(seed=1).group_by("url").agg(n=pl.len(), texts=pl.col("key").n_unique())
    assert (pages["n"] > 1).any()
    assert (pages["texts"] == 1).all()


def test_archives_hold_the_texts(texts: pl.DataFrame, tmp_path: Path):
    pages = make_series(texts, 1).filter(crawl=next(iter(CRAWLS)), language="en").head(20)
    (folder,) = write_crawls(pages, texts, tmp_path / "once")
    (again,) = write_crawls(pages, texts, tmp_path / "twice")
    assert folder.parent.name == next(iter(CRAWLS))
    shards = sorted(folder.iterdir())
    assert [path.read_bytes() for path in shards] == [path.read_bytes() for path in sorted(again.iterdir())]
    found = pl.concat(_read(path) for path in shards)
    held = pages.join(texts, on="key").select("url", "fetch_time", "text")
    told = found.select("url", "fetch_time", pl.col("text").str.replace_all("\n+", " "))
    assert told.sort("url").equals(held.sort("url"))
    names = {name_record(crawl, url) for crawl, url in pages.select("crawl", "url").iter_rows()}
    assert set(found["doc_id"]) == names


def _read(path: Path) -> pl.DataFrame:
    reader = ArchiveReader(path, ReadOptions())
    batches = extract_batches(reader, ExtractOptions(), crawl="c", warc_filename=path.name, identify=Fixed())
    return pl.concat(batch.documents for batch in batches)
