"""The same shards through datatrove: WarcReader, Trafilatura, ParquetWriter, MinhashDedupSignature, one task.

Runs in a virtual environment of its own (benchmarks/run.sh makes it); prints one line of JSON. Trafilatura is called as
in datatrove's own FineWeb recipe. `--extractor resiliparse` puts our extractor, with our options, in its place.
"""

import argparse
import json
import resource
import sys
import time
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupSignature
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.extractors.base import BaseExtractor
from datatrove.pipeline.readers import WarcReader
from datatrove.pipeline.writers.parquet import ParquetWriter


class Resiliparse(BaseExtractor):
    """resiliparse's main text with the options this project uses."""

    name = "Resiliparse"

    def __init__(self) -> None:
        super().__init__(timeout=1)

    def extract(self, text: str) -> str:
        from resiliparse.extract.html2text import extract_plain_text

        lean = {"alt_texts": False, "list_bullets": False, "comments": False, "post_meta": False}
        return extract_plain_text(text, main_content=True, **lean)


def count_steps(stats) -> dict[str, dict[str, float]]:
    return {step.name: {key: value.total for key, value in step.stats.items()} for step in stats.stats}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shards", type=Path, help="folder of .warc.gz files")
    parser.add_argument("out", type=Path)
    parser.add_argument("--pages", type=int, required=True)
    parser.add_argument("--extractor", choices=("trafilatura", "resiliparse"), default="trafilatura")
    arguments = parser.parse_args()
    cpu, wall = time.process_time(), time.perf_counter()
    steps = [
        WarcReader(str(arguments.shards), glob_pattern="*.warc.gz"),
        Trafilatura(favour_precision=True) if arguments.extractor == "trafilatura" else Resiliparse(),
        ParquetWriter(str(arguments.out / "documents")),
        MinhashDedupSignature(str(arguments.out / "signatures")),  # hands nothing on: it has to be the last
    ]
    stats = LocalPipelineExecutor(steps, tasks=1, workers=1, logging_dir=str(arguments.out / "logs")).run()
    own, sandbox = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu, wall = time.process_time() - cpu + sandbox.ru_utime + sandbox.ru_stime, time.perf_counter() - wall
    counts = count_steps(stats)
    figures = {
        "n": arguments.pages,
        "cpu_s": round(cpu, 3),
        "wall_s": round(wall, 3),
        "peak_mb": round((own.ru_maxrss + sandbox.ru_maxrss) / 1024),
        "per_core_second": round(arguments.pages / cpu, 1),
        "per_second": round(arguments.pages / wall, 1),
        "documents": max(step.get("forwarded", 0) for step in counts.values()),
        "timeouts": max(step.get("timeout", 0) for step in counts.values()),
    }
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    main()
