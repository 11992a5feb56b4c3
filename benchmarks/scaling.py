"""Pages a second with one and two workers, of this machine's processes and of Ray's; prints one line of JSON.

    python benchmarks/scaling.py [FOLDER] WORK > benchmarks/results/scaling.json

The pages of FOLDER (`.warc.gz` files; without one the project's fixtures, many times over) are laid in shards of equal
size. Each turn runs `provenance run` on them once in every way, each a command of its own, started cold; every second
turn goes the other way round, and ratios are taken within a turn, so that a machine that slows down slows both.

The steady rate leaves out how a run starts and ends: it counts from when each worker has done its first shard, in which
it loads its models, until the last shard is begun; after that some have nothing to do.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cost import describe_machine, run_measured
from scaling_shards import split_shards, write_wet
from watched import watch_size

COMMAND = Path(sys.executable).with_name("provenance")
FIXTURES = Path(__file__).parents[1] / "fixtures" / "shards"
WAYS = {
    "local, 1 worker": ("--engine", "local", "--workers", "1"),
    "ray, 1 worker": ("--engine", "ray", "--workers", "1"),
    "local, 2 workers": ("--engine", "local", "--workers", "2"),
    "ray, 2 workers": ("--engine", "ray", "--workers", "2"),
}
WET = "local, 1 worker, WET"


@dataclass(frozen=True, slots=True)
class Span:
    """A read task: the records it had, when it began and ended (seconds of the epoch), its CPU seconds, and by whom."""

    pages: int
    begin: float
    end: float
    cpu: float
    worker: str


def steady_rate(spans: Sequence[Span], workers: int) -> float:
    """Pages a second while all workers have a shard, and none its first. Raises ValueError for too few shards."""
    ordered = sorted(spans, key=lambda span: span.begin)
    if len(ordered) < 2 * workers + 1:
        raise ValueError(f"{len(ordered)} shards are too few for {workers} workers: the rate needs {2 * workers + 1}")
    low, high = max(span.end for span in ordered[:workers]), ordered[-1].begin
    inside = (max(0.0, min(span.end, high) - max(span.begin, low)) / (span.end - span.begin) for span in ordered)
    return sum(span.pages * share for span, share in zip(ordered, inside, strict=True)) / (high - low)


def core_rate(spans: Sequence[Span]) -> float:
    """Pages a CPU second of the tasks, the first of each process left out."""
    begun: set[str] = set()
    later = []
    for span in sorted(spans, key=lambda span: span.begin):
        if span.worker in begun:
            later.append(span)
        begun.add(span.worker)
    return sum(span.pages for span in later) / sum(span.cpu for span in later)


def run_once(shards: Sequence[Path], out: Path, way: Sequence[str]) -> dict[str, float]:
    """Figures of one run, in seconds, pages a second, and MB."""
    environment = {"RAY_ADDRESS": "", "RAY_USAGE_STATS_ENABLED": "0"}
    began = time.time()
    command = [COMMAND, "run", shards[0].parent, "--out", out, "--fresh", "--json", *way]
    with open(out.with_suffix(".log"), "w") as log:
        cost = run_measured(command, log, environment)
    ended = time.time()
    receipts = [json.loads(line) for line in (out / "ledger.jsonl").read_text().splitlines()]
    spans = [_span(receipt) for receipt in receipts if receipt["task"]["phase"] == "read"]
    workers = int(way[way.index("--workers") + 1])
    first, last = min(span.begin for span in spans), max(_ended(receipt) for receipt in receipts)
    pages = sum(span.pages for span in spans)
    return {
        "wall_s": round(cost.wall_s, 3),
        "pages_per_second": round(pages / cost.wall_s, 2),
        "steady_pages_per_second": round(steady_rate(spans, workers), 2),
        "steady_pages_per_core_second": round(core_rate(spans), 2),
        "start_s": round(first - began, 3),
        "read_s": round(max(span.end for span in spans) - first, 3),
        "rest_s": round(last - max(span.end for span in spans), 3),
        "end_s": round(ended - last, 3),
        "task_cpu_s": round(sum(receipt["cpu_seconds"] for receipt in receipts), 3),
        "peak_mb": round(max(receipt["peak_memory_bytes"] for receipt in receipts) / 2**20),
    }


def _span(receipt: Mapping[str, Any]) -> Span:
    end, counts = _ended(receipt), receipt["counts"]
    return Span(counts["records"], end - receipt["seconds"], end, receipt["cpu_seconds"], receipt["worker"])


def _ended(receipt: Mapping[str, Any]) -> float:
    return datetime.fromisoformat(receipt["ended"]).timestamp()


def describe_costs(out: Path, pages: int, shards: int) -> dict[str, object]:
    """What a page takes in each phase, by the receipts of a run with one worker, and the bytes it leaves.

    `cpu_ms_per_page` of phases with a task a shard is that of all but the first, in which modules and models are
    loaded.
    """
    receipts = [json.loads(line) for line in (out / "ledger.jsonl").read_text().splitlines()]
    phases = {}
    for name in dict.fromkeys(receipt["task"]["phase"] for receipt in receipts):
        own = [receipt for receipt in receipts if receipt["task"]["phase"] == name]
        later = own[1:] if len(own) == shards else own
        cpu = sum(receipt["cpu_seconds"] for receipt in later)
        phases[name] = {
            "tasks": len(own),
            "cpu_ms_per_page": round(1000 * cpu / pages * len(own) / len(later), 4),
            "peak_mb": round(max(receipt["peak_memory_bytes"] for receipt in own) / 2**20),
        }
    files = [path for path in out.rglob("*") if path.is_file()]
    stored = sum(path.stat().st_size for path in files)
    return {"phases": phases, "files": len(files), "bytes_per_page": round(stored / pages), "pages": pages}


def compare(turns: Mapping[str, Sequence[Mapping[str, float]]]) -> dict[str, dict[str, list[float]]]:
    """What Ray costs beside the processes of this machine, turn by turn, as least, median and most."""
    found = {}
    for workers in ("1 worker", "2 workers"):
        pairs = list(zip(turns[f"local, {workers}"], turns[f"ray, {workers}"], strict=True))
        steady, core = (
            [100 * (local[rate] / ray[rate] - 1) for local, ray in pairs]
            for rate in ("steady_pages_per_second", "steady_pages_per_core_second")
        )
        whole = [100 * (ray["wall_s"] / local["wall_s"] - 1) for local, ray in pairs]
        start = [ray["start_s"] + ray["end_s"] - local["start_s"] - local["end_s"] for local, ray in pairs]
        found[workers] = {
            "steady_overhead_percent": _spread(steady),
            "task_cpu_overhead_percent": _spread(core),
            "whole_overhead_percent": _spread(whole),
            "start_and_end_s": _spread(start),
        }
    for engine in ("local", "ray"):
        pairs = list(zip(turns[f"{engine}, 1 worker"], turns[f"{engine}, 2 workers"], strict=True))
        gains = [two["steady_pages_per_second"] / one["steady_pages_per_second"] for one, two in pairs]
        found[f"{engine}, 2 workers to 1"] = {"steady_gain": _spread(gains)}
    return found


def _spread(values: Sequence[float]) -> list[float]:
    return [round(value, 2) for value in (min(values), statistics.median(values), max(values))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=FIXTURES)
    parser.add_argument("work", type=Path, help="a folder for the shards and runs, some hundred MB")
    parser.add_argument("--pages", type=int, default=1500)
    parser.add_argument("--shards", type=int, default=12)
    parser.add_argument("--turns", type=int, default=5)
    asked = parser.parse_args()
    sources = sorted(path for path in asked.folder.rglob("*.warc.gz") if "damaged" not in path.name)
    warc = split_shards(sources, asked.work / "warc", pages=asked.pages, shards=asked.shards)
    wet = write_wet(sources, asked.work / "wet", pages=asked.pages, shards=asked.shards)
    machine = describe_machine()
    with watch_size(asked.work / "runs" / "scratch") as scratch:
        run_once(warc, asked.work / "runs", WAYS["local, 1 worker"])  # not counted: it fills the caches
    turns: dict[str, list[dict[str, float]]] = {name: [] for name in (*WAYS, WET)}
    for turn in range(asked.turns):
        for name in list(turns)[:: -1 if turn % 2 else 1]:
            shards, way = (wet, WAYS["local, 1 worker"]) if name == WET else (warc, WAYS[name])
            turns[name].append(run_once(shards, asked.work / name.replace(", ", "-").replace(" ", ""), way))
            print(f"scaling: turn {turn + 1}, {name}: {turns[name][-1]}", file=sys.stderr)
    results = {
        "date": date.today().isoformat(),
        "machine": machine,
        "load_after": round(os.getloadavg()[0], 1),
        "input": {
            "source": "fixtures" if asked.folder == FIXTURES else "given",
            "pages": asked.pages,
            "shards": asked.shards,
            "warc_bytes_per_page": round(sum(path.stat().st_size for path in warc) / asked.pages),
            "wet_bytes_per_page": round(sum(path.stat().st_size for path in wet) / asked.pages),
        },
        "turns": turns,
        "median": {
            name: {key: statistics.median(run[key] for run in runs) for key in runs[0]} for name, runs in turns.items()
        },
        "comparison": compare(turns),
        "warc": {
            **describe_costs(asked.work / "local-1worker", asked.pages, asked.shards),
            "scratch_bytes": scratch.most,
        },
        "wet": describe_costs(asked.work / "local-1worker-WET", asked.pages, asked.shards),
    }
    json.dump(results, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
