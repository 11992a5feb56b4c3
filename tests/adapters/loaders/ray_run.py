"""One session of Ray in its own process: `python ray_run.py FOLDER`; the rows of each run go to FOLDER/told.json.

FOLDER has parts/*.parquet, scores.parquet and nulls.parquet. Two CPUs; what Ray starts ends with this process.
"""

import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

import pyarrow as pa
import ray
import ray.data

import provenance
from provenance.adapters.loaders.policy import Policy
from provenance.adapters.ray import ACTOR_MEMORY, RayPolicy

N_MEASURED = 8


class Mortal(RayPolicy):
    """Dies at the first batch it ever gets. Beside each row the process, its limit of threads and greatest memory."""

    def __init__(self, policy: Policy, mark: str) -> None:
        super().__init__(policy)
        self.mark = Path(mark)

    def __call__(self, batch: Any) -> Any:
        if not self.mark.exists():
            self.mark.write_text(str(os.getpid()), encoding="utf-8")
            os.kill(os.getpid(), signal.SIGKILL)
        scored = super().__call__(batch)
        import polars as pl  # not at the top, where it would come before provenance when this class is unpickled

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        for name, value in (("pid", os.getpid()), ("threads", pl.thread_pool_size()), ("peak", peak)):
            scored = scored.append_column(name, pa.array([value] * scored.num_rows, pa.int64()))
        return scored


def run_all(folder: Path) -> dict[str, Any]:
    scores = provenance.Scores(folder / "scores.parquet")
    keep = provenance.Filter(max_ai_score=0.5, scores=scores)
    weigh = provenance.Weights(power=2.0, scores=scores)
    documents = ray.data.read_parquet(str(folder / "parts"), override_num_blocks=4).materialize()
    arrow = {"batch_format": "pyarrow", "batch_size": 16}
    mortal = {"policy": provenance.Scorer(), "mark": str(folder / "mark")}
    runs = {
        "filter": documents.map_batches(
            RayPolicy,
            fn_constructor_kwargs={"policy": keep},
            compute=ray.data.ActorPoolStrategy(size=2),
            memory=ACTOR_MEMORY,
            **arrow,
        ),
        "filter in tasks": documents.map_batches(keep.apply, batch_size=16),
        "scorer in tasks": documents.map_batches(provenance.Scorer(scores=scores), batch_size=16),
        "scorer of nulls": documents.map_batches(provenance.Scorer(scores=folder / "nulls.parquet"), batch_size=16),
        "weights in tasks": documents.map_batches(weigh.apply, **arrow),
        "draw": documents.map_batches(RayPolicy(weigh, epoch=0).__call__, **arrow),
        "draw again": documents.map_batches(RayPolicy(weigh, epoch=0).__call__, batch_size=5),
        "draw anew": documents.map_batches(RayPolicy(weigh, epoch=1).__call__, **arrow),
        "killed": documents.limit(N_MEASURED).map_batches(
            Mortal, fn_constructor_kwargs=mortal, compute=ray.data.ActorPoolStrategy(size=1), **arrow
        ),
    }
    return {name: run.take_all() for name, run in runs.items()}


if __name__ == "__main__":
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        object_store_memory=100 * 2**20,
        logging_level="ERROR",
        log_to_driver=False,
    )
    ray.data.DataContext.get_current().enable_progress_bars = False
    try:
        told = run_all(Path(sys.argv[1]))
    finally:
        ray.shutdown()
    (Path(sys.argv[1]) / "told.json").write_text(json.dumps(told), encoding="utf-8")
