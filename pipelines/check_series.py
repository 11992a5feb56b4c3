"""Holds the estimates of a simulated series against what is true: in the runs, and in series drawn from their scores.

    python -m pipelines.check_series /tmp/series [--series 50] [--no-own-reference] [--out /tmp/series/coverage]

Reads what pipelines/simulate_series.py left. A drawn series has hosts, pages and a mix of generators of its own, and
the scores that the run over all texts gave them, dated as in the series. Writes estimates.parquet (a row per series,
crawl, language, origin and unit), controls.parquet (the negative control of each series) and coverage.md.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from pipelines.series_tables import write_tables
from pipelines.simulate_series import STOCK
from pipelines.simulated_pages import make_series
from pipelines.simulated_scores import check_early, estimate_series, read_scored, score_pages
from pipelines.simulated_texts import LANGUAGES
from provenance.stats import StatsOptions


def main(arguments: Sequence[str] | None = None) -> None:
    """Estimates and writes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--series", type=int, default=50)
    parser.add_argument(
        "--no-own-reference", action="store_true", help="No early documents as reference; all hosts only."
    )
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    out = options.out or options.folder / "coverage"
    out.mkdir(parents=True, exist_ok=True)
    stats = StatsOptions(own_reference=not options.no_own_reference)
    estimates, controls = [], []
    for number, scored in _series(options):
        drawn = pl.lit(number).alias("drawn")
        languages = LANGUAGES if number == 0 else ("en",)
        estimates.append(estimate_series(scored, languages, stats).with_columns(drawn))
        controls.append(check_early(scored, stats).with_columns(drawn))
    found, checked = pl.concat(estimates), pl.concat(controls)
    found.write_parquet(out / "estimates.parquet")
    checked.write_parquet(out / "controls.parquet")
    write_tables(found, checked, out / "coverage.md")


def _series(options: argparse.Namespace) -> Iterator[tuple[int, pl.DataFrame]]:
    """The series of the runs, numbered 0, then those drawn."""
    folder: Path = options.folder
    truth = pl.read_parquet(folder / "truth.parquet")
    runs = [place for place in sorted((folder / "runs").iterdir()) if place.name != STOCK]
    yield 0, read_scored(runs).join(truth.select("doc_id", truth="origin"), on="doc_id", maintain_order="left")
    texts, stock = pl.read_parquet(folder / "texts.parquet"), read_scored([folder / "runs" / STOCK])
    for seed in range(1, options.series + 1):
        yield seed, score_pages(make_series(texts, 1000 + seed), texts, stock)


if __name__ == "__main__":
    main()
