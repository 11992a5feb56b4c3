"""Measures the negative control on saved pages from before November 2022; prints the table of docs/controls.md.

    provenance run DATA/warc/throughput/*.warc.gz --out RUN
    python -m pipelines.measure_controls DATA RUN

Half of the hosts are the human reference and the other half the test, drawn anew 20 times; the reference scores, which
hold these pages, are without them. Pages whose host is not known any more (fixture.invalid) are told apart by the site
in their file's name. Then the controls by the reference scores themselves.
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
from provenance.stats.checks.negative import check_negative
from provenance.stats.checks.rows import score_text
from provenance.stats.checks.spikes import check_spikes
from provenance.stats.group import SYNTHETIC

SPLITS = 20
UNKNOWN_HOST = "fixture.invalid"
PAGES = "web"  # these pages among the sources of the reference scores
Row = dict[str, str | int]


def read_early(data: Path, out: Path) -> tuple[pl.DataFrame, Detector]:
    """The measured pages of a run that their collection dates before November 2022, dates out of their scores."""
    runs = open_finished([out])
    scored = scan_scored(runs.tables).collect()
    texts = scan_all(runs.tables, "documents", ("doc_id", "url", "text")).collect()
    early = texts.join(read_web_pages(data).select("text"), on="text", how="semi")
    site = pl.when(pl.col("url_host_name") == UNKNOWN_HOST).then(pl.col("url").str.extract(r"([^/]+)$"))
    frame = scored.filter(pl.col("ai_score").is_not_null()).join(early.drop("text"), on="doc_id")
    frame = frame.with_columns(pl.coalesce(site, "url_host_name").alias("url_host_name"))
    return score_text(frame, 0.1), load_detector(runs.config.models, runs.config.verdict, runs.config.stats)


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
    assert detector.scores is not None
    known = detector.scores.without(sources=[PAGES])
    halves = list(split_hosts(early))
    rows = [
        *describe(
            "half of the hosts, the other half the reference",
            [detector.estimate(test, reference=human, scores=known) for human, test in halves],
        ),
        *describe("half of the hosts, no reference", [detector.estimate(test, scores=known) for _, test in halves]),
        *describe("all hosts, no reference", [detector.estimate(early, scores=known)]),
    ]
    print(make_table(rows), "\n")
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=200, fmt_str_lengths=60, tbl_hide_dataframe_shape=True):
        shipped = check_negative(early.clear(), ("length",), estimate=detector.estimate, scores=detector.scores)
        print(shipped.select("origin", "group_values", "n_documents", "prevalence", "low", "high", "passed"))
        spiked = check_spikes(early.clear(), estimate=detector.estimate, scores=detector.scores)
        print(spiked.select("origin", "true_share", "share", "prevalence", "low", "high", "passed", "why"))


if __name__ == "__main__":
    main()
