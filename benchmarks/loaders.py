"""What a policy adds to a loader, beside the bare loader on the same samples in the same run; texts of 300 words.

`python benchmarks/loaders.py` prints JSON. Contestants take turns in each round, and the least CPU time of each counts,
with that of workers and of the processes that score for them. Scores are made up where the claim is not about models.
"""

import os

os.environ["POLARS_MAX_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # read when they are first imported

import argparse
import json
import resource
import sys
import tempfile
import time
import warnings
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import loader_works as made
import torch
from cost import Cost, describe_machine

PACKAGES = ("corpus-provenance", "torch", "torchdata", "datasets", "polars", "numpy", "datasketch")


def measure_resume(samples: made.Samples, scores: Path) -> dict[str, object]:
    """CPU seconds until a dataset goes on where it stopped."""
    read_before, works = made.list_resumed(samples, scores)
    costs = measure(works, 3)
    return {name: {"read_before": read_before[name], "cpu_s": round(cost.cpu_s, 4)} for name, cost in costs.items()}


def count_cpu() -> float:
    """CPU seconds of this process and of all it has waited for."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def measure(works: made.Works, repeats: int) -> dict[str, Cost]:
    """The least cost of each over all rounds; in a round each has its turn."""
    least: dict[str, Cost] = {}
    for _ in range(repeats):
        for name, work in works.items():
            cpu, wall = count_cpu(), time.perf_counter()
            work()
            cost = Cost(count_cpu() - cpu, time.perf_counter() - wall)
            least[name] = min(least.get(name, cost), cost, key=lambda one: one.cpu_s)
    return least


def tell(costs: dict[str, Cost], n: int) -> dict[str, object]:
    """Microseconds a sample, and those added to the bare ones of the same name before the colon."""
    told: dict[str, object] = {}
    for name, cost in costs.items():
        figures = {"us": round(cost.cpu_s / n * 1e6, 2), "per_core_second": round(n / cost.cpu_s)}
        for beside in ("bare", "bare with columns"):
            other = costs.get(f"{name.split(':')[0]}: {beside}")
            if other and "bare" not in name:
                figures[f"us_added_to_{beside.replace(' ', '_')}"] = round((cost.cpu_s - other.cpu_s) / n * 1e6, 2)
                figures[f"times_{beside.replace(' ', '_')}"] = round(cost.cpu_s / other.cpu_s, 2)
        told[name] = figures
    return told


def tell_started(costs: dict[str, Cost], n: int) -> dict[str, float]:
    """What two workers and their companions cost to start, and what they score a core-second once they have."""
    start, whole = costs.pop("2 workers: filter, start"), costs["2 workers: filter, block 512"]
    rate = (n - made.START) / (whole.cpu_s - start.cpu_s)
    return {"start_s": round(start.cpu_s - made.START / rate, 2), "per_core_second_then": round(rate)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=50_000)
    parser.add_argument("--scored", type=int, default=3000, help="scored on the fly")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore", category=UserWarning, module="torch")
    torch.set_num_threads(1)
    n, n_scored, repeats = arguments.samples, arguments.scored, arguments.repeats
    facts = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": describe_machine(),
        "words": made.WORDS,
        "batch": made.BATCH,
    }
    facts["packages"] = {name: version(name) for name in PACKAGES}
    samples = made.make_samples(n)
    figures: dict[str, object] = {"n": n, "n_scored": n_scored, "repeats": repeats}
    with tempfile.TemporaryDirectory() as folder:
        scores = made.make_scores(n, Path(folder) / "scores.parquet")
        warm(samples[:100], scores)
        figures["precomputed"] = tell(measure(made.list_precomputed(samples, scores), repeats), n)
        figures["single"] = tell(measure(made.list_single(samples, scores), repeats), n)
        figures["frames"] = tell(measure(made.list_frames(samples, scores), min(repeats, 3)), n)
        costs = measure(made.list_on_the_fly(samples[:n_scored]), min(repeats, 3))
        figures["workers_started"] = tell_started(costs, n_scored)
        figures["on_the_fly"] = tell(costs, n_scored)
        figures["duplicates"] = tell(measure(made.list_duplicates(10_000), min(repeats, 3)), 10_000)
        figures["resume"] = measure_resume(samples, scores)
    json.dump({**facts, **figures}, sys.stdout, indent=1)


def warm(samples: made.Samples, scores: Path) -> None:
    """What is loaded once is not timed."""
    for works in (
        made.list_precomputed(samples, scores),
        made.list_frames(samples, scores),
        made.list_on_the_fly(samples),
    ):
        for name, work in works.items():
            if "2 workers" not in name:
                work()
    for work in (*made.list_single(samples, scores).values(), *made.list_duplicates(64).values()):
        work()


if __name__ == "__main__":
    main()
