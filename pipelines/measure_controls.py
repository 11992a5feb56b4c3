"""Measures the negative control on saved pages from before November 2022; prints the table of docs/controls.md.

    provenance run DATA/warc/throughput/*.warc.gz --out RUN
    python -m pipelines.measure_controls DATA RUN

Half of the hosts are the human reference and the other half the test, drawn anew 20 times. Pages whose host is not
known any more (fixture.invalid) are told apart by the site in their file's name.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.labelled_sets import read_web_pages
from pipelines.measure_contrast import make_table
from provenance.jobs.finished import open_finished
from provenance.jobs.gather import scan_all, scan_scored
from provenance.jobs.rates import Detector, load_detector
from provenance.stats import estimate_ratio
from provenance.stats.control_rows import score_text
from provenance.stats.group import SYNTHETIC

SPLITS = 20
UNKNOWN_HOST = "fixture.invalid"
Row = dict[str, str | int]


def read_early(data: Path, out: Path) -> tuple[pl.DataFrame, Detector]:
    """The measured pages of a run that their collection dates before November 2022, dates out of their scores."""
    runs = open_finished([out])
    scored = scan_scored(runs.tables).collect()
    texts = scan_all(runs.tables, "documents").select("doc_id", "url", "text").collect()
    early = texts.join(read_web_pages(data).select("text"), on="text", how="semi")
    site = pl.when(pl.col("url_host_name") == UNKNOWN_HOST).then(pl.col("url").str.extract(r"([^/]+)$"))
    frame = scored.filter(pl.col("ai_score").is_not_null()).join(early.drop("text"), on="doc_id")
    frame = frame.with_columns(pl.coalesce(site, "url_host_name").alias("url_host_name"))
    return score_text(frame, 0.1), load_detector(runs.config.models, runs.config.verdict)


def split_hosts(frame: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Reference and test, each with half of the hosts."""
    hosts = frame["url_host_name"].unique().sort()
    for seed in range(SPLITS):
        chosen = hosts.sample(fraction=0.5, seed=seed, shuffle=True).to_list()
        inside = pl.col("url_host_name").is_in(chosen)
        yield frame.filter(inside), frame.filter(~inside)


def describe(name: str, tables: list[pl.DataFrame]) -> Iterator[Row]:
    """A row for each origin: pages and hosts of a test, the highest point, and the upper ends."""
    rows = pl.concat(table.head(1) for table in tables)
    for origin in SYNTHETIC:
        points, high = (rows[f"{origin}_{figure}"].cast(pl.Float64).to_numpy() for figure in ("prevalence", "high"))
        yield {
            "test": name,
            "origin": origin,
            "pages": round(float(rows["n_measured"].cast(pl.Float64).to_numpy().mean())),
            "hosts": round(float(rows["n_hosts"].cast(pl.Float64).to_numpy().mean())),
            "highest estimate": f"{np.max(points):.4f}",
            "upper end, median": f"{np.median(high):.4f}",
            "upper end, highest": f"{np.max(high):.4f}",
        }


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    arguments = parser.parse_args()
    early, detector = read_early(arguments.data, arguments.run)
    halves = list(split_hosts(early))
    plain = [estimate_ratio(test, errors=detector.errors) for _, test in halves]
    anchored = [estimate_ratio(test, errors=detector.errors, reference=known) for known, test in halves]
    whole = [estimate_ratio(early, errors=detector.errors)]
    rows = [
        *describe("half of the hosts, the other half the reference", anchored),
        *describe("half of the hosts, no reference", plain),
        *describe("all hosts, no reference", whole),
    ]
    print(make_table(rows))


if __name__ == "__main__":
    main()
