"""A simulated series of ten crawls, 2019 to 2025, with known shares: archives, runs, the report, and what is true.

    python -m pipelines.simulate_series ../shared/data --out /tmp/series [--seed 11]

Then `python -m pipelines.check_series /tmp/series` holds the estimates against the truth. A step that is done is not
done again. Besides the series a run over all its texts is made, each once and on a page of its own, as from 2025:
further series are drawn from its scores.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from pipelines.simulated_archives import name_record, write_crawls
from pipelines.simulated_pages import make_series
from pipelines.simulated_texts import read_texts

STOCK = "CC-MAIN-2025-43"  # the crawl of all texts
STOCK_TIME = datetime(2025, 10, 20, tzinfo=UTC)


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the data, writes archives and runs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args(arguments)
    out: Path = options.out
    if not (out / "truth.parquet").exists():
        write_archives(options.data, out, options.seed)
    for crawl in sorted((out / "archives" / "crawl-data").iterdir()):
        run_crawl(crawl, out)
    series = sorted(folder for folder in (out / "runs").iterdir() if folder.name != STOCK)
    call("report", *map(str, series), "--out", str(out / "report.html"), "--by", "crawl,language,language+crawl")


def write_archives(data: Path, out: Path, seed: int) -> None:
    """The archives of the series and of all texts; texts.parquet and truth.parquet, what each page holds."""
    texts = read_texts(data)
    series = make_series(texts, seed)
    write_crawls(pl.concat([series, spread(texts).select(series.columns)]), texts, out / "archives")
    texts.write_parquet(out / "texts.parquet")
    doc_id = pl.Series("doc_id", [name_record(*page) for page in series.select("crawl", "url").iter_rows()])
    truth = series.with_columns(doc_id).join(texts.drop("text", "language"), on="key", maintain_order="left")
    truth.write_parquet(out / "truth.parquet")


def spread(texts: pl.DataFrame) -> pl.DataFrame:
    """Every text once, on a page and host of its own."""
    host = pl.format("text{}.example.org", "key")
    return texts.with_columns(
        crawl=pl.lit(STOCK), url_host_name=host, url=pl.format("https://{}/", host), fetch_time=pl.lit(STOCK_TIME)
    ).with_columns(pl.col("fetch_time").cast(pl.Datetime("us", "UTC")))


def run_crawl(crawl: Path, out: Path) -> None:
    """The main job on a crawl, with the dates of those before it; then its own are added to them."""
    folder, index = out / "runs" / crawl.name, out / "first-seen"
    dates = ("--seen", str(index)) if index.exists() and crawl.name != STOCK else ()
    if (folder / "report.html").exists():
        return
    call("run", str(crawl), "--out", str(folder), "--workers", "1", *dates)
    if crawl.name != STOCK:
        call("seen", "add", str(index), str(folder))


def call(*arguments: str) -> None:
    """The `provenance` command. Raises CalledProcessError where it fails."""
    subprocess.run([str(Path(sys.executable).with_name("provenance")), *arguments], check=True)


if __name__ == "__main__":
    main()
