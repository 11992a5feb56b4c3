"""What the search for versions costs, on made tables of anchors of growing size.

    python -m benchmarks.measure_versions [N_DOCUMENTS ...]

Each size is a process of its own: CPU seconds of each phase, and the peak of its memory. Sites are of all sizes; some
articles stand in 2 to 12 languages with the same anchors but for one in five, the rest in one.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from provenance.jobs.job import Job
from provenance.jobs.parallel.search import VersionSearch
from provenance.run import Receipt, Task
from provenance.schema import ANCHORS
from provenance.store import table_path, write_table

SIZES = (25_000, 50_000, 100_000, 200_000, 400_000)
SHARD_DOCUMENTS = 25_000
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "ja", "zh", "cs")
N_ANCHORS = 40
SEVERAL = 0.05  # of the articles: about a quarter of the documents


class TimingDesk:
    """Does every task in this process and adds up the CPU seconds of each phase."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def find_open(self, phase: str, job: Job, tasks: Sequence[Task]) -> list[Task]:
        return list(tasks)

    def do(self, phase: str, job: Job, tasks: Sequence[Task]) -> list[Receipt]:
        begun = time.process_time()
        receipts = [job(task, lambda _: None) for task in tasks]
        self.seconds[phase] = time.process_time() - begun
        return receipts


def make_anchors(n: int, shard: int) -> pl.DataFrame:
    """A table of anchors: articles of sites of all sizes, each article in one language or several."""
    random = np.random.default_rng(shard)
    rows: list[dict[str, object]] = []
    while len(rows) < n:
        article = int(random.integers(1 << 40))
        site = f"site{int(random.pareto(0.7) * 50) if random.random() < 0.7 else 1_000_000 + article % 300}.example"
        spoken = LANGUAGES[: random.integers(2, 13)] if random.random() < SEVERAL else LANGUAGES[:1]
        anchors = random.integers(0, 1 << 32, N_ANCHORS)
        rows += [_row(site, article, language, anchors, random) for language in spoken]
    return pl.DataFrame(rows[:n], schema=ANCHORS.schema)


def _row(site: str, article: int, language: str, anchors: np.ndarray, random: np.random.Generator) -> dict[str, object]:
    own = np.where(random.random(N_ANCHORS) < 0.2, random.integers(0, 1 << 32, N_ANCHORS), anchors)
    return {
        "doc_id": f"<urn:uuid:{article:032x}-{language}>",
        "site": site,
        "address": int(random.integers(1 << 62)),
        "page_key": article if article % 2 else int(random.integers(1 << 62)),
        "url_language": None if language == "en" else language,
        "is_root": False,
        "alternates": [],
        "lists_itself": False,
        "language": language,
        "html_language": language,
        "piece_languages": [],
        "n_chars": 2000,
        "anchors": np.unique(own).tolist(),
        "n_anchors": N_ANCHORS,
        "outline": random.integers(20, 400, 12).tolist(),
    }


def measure(n: int) -> None:
    """Prints a line for one size."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        sizes = [min(SHARD_DOCUMENTS, n - start) for start in range(0, n, SHARD_DOCUMENTS)]
        names = tuple(("made", f"{number:05}") for number in range(len(sizes)))
        for (crawl, shard), size in zip(names, sizes, strict=True):
            write_table(table_path(out, "anchors", crawl, shard), make_anchors(size, int(shard)), {})
        before = _peak()
        desk = TimingDesk()
        VersionSearch(out, names, tuple(sizes), "made", lambda _: {}).run(desk)
        told = pl.scan_parquet(out / "parallels" / "*.parquet").select((pl.col("parallelism") > 1).sum()).collect()
    seconds = ", ".join(f"{phase} {value:.1f} s" for phase, value in desk.seconds.items())
    per = sum(desk.seconds.values()) / n * 100_000
    print(
        f"{n:,} documents, {told.item():,} in several languages: {seconds}; {per:.1f} s per 100,000; "
        f"peak {_peak() / 1e6:,.0f} MB ({before / 1e6:,.0f} MB before)",
        flush=True,
    )


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> None:
    """Measures the sizes asked for, each in a process of its own."""
    if len(sys.argv) == 2:
        measure(int(sys.argv[1]))
        return
    for size in [int(text) for text in sys.argv[1:]] or SIZES:
        subprocess.run([sys.executable, "-m", "benchmarks.measure_versions", str(size)], check=True)


if __name__ == "__main__":
    main()
