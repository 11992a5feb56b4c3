"""A pipeline of datatrove in its own process: `python datatrove_run.py FOLDER START_METHOD [judge]`.

FOLDER/in/*.jsonl is weighed, filtered and written to FOLDER/kept and FOLDER/excluded, with two tasks at a time. With
`judge` nothing is precomputed, and this process judges a text before its workers start.
"""

import json
import sys
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers.jsonl import JsonlWriter

import provenance
from provenance.adapters.datatrove import ProvenanceFilter, ProvenanceWeights


def run_pipeline(folder: Path, start_method: str, *, on_the_fly: bool) -> None:
    scores = None if on_the_fly else provenance.Scores(folder / "scores.parquet")
    keep = provenance.Filter(max_ai_score=0.5, max_mt_score=0.5, undetermined="drop", scores=scores)
    if on_the_fly:
        provenance.judge("The parent has used polars before it forks.")
    executor = LocalPipelineExecutor(
        pipeline=[
            JsonlReader(str(folder / "in")),
            ProvenanceWeights(provenance.Weights(power=2.0, scores=scores), batch_size=16),
            ProvenanceFilter(keep, JsonlWriter(str(folder / "excluded"), compression=None), batch_size=16),
            JsonlWriter(str(folder / "kept"), compression=None),
        ],
        tasks=2,
        workers=2,
        logging_dir=str(folder / "logs"),
        start_method=start_method,
    )
    stats = executor.run()
    (folder / "stats.json").write_text(json.dumps([step.to_dict() for step in stats.stats]), encoding="utf-8")


if __name__ == "__main__":
    run_pipeline(Path(sys.argv[1]), sys.argv[2], on_the_fly="judge" in sys.argv[3:])
