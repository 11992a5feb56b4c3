"""The recipe for MDS shards in its own process: `python mosaic_run.py FOLDER`; what came out goes to FOLDER/told.json.

FOLDER has corpus.jsonl and scores.parquet.
"""

import json
import sys
from pathlib import Path
from typing import Any

from streaming import MDSWriter, StreamingDataLoader, StreamingDataset

import provenance

COLUMNS = {"id": "str", "text": "str", "source": "str"}


class WeighedDataset(StreamingDataset):
    def __init__(self, policy: Any, **options: Any) -> None:
        super().__init__(**options)
        self.policy = policy

    def __getitem__(self, at: Any) -> dict[str, Any]:
        sample = super().__getitem__(at)
        return {**sample, "weight": self.policy(sample)}


def write_shards(folder: Path, samples: list[dict[str, Any]]) -> None:
    with MDSWriter(out=str(folder), columns=COLUMNS, size_limit=2**15) as shards:
        for sample in samples:
            shards.write({name: sample[name] for name in COLUMNS})


def write_curated(folder: Path, keep: Any) -> None:
    whole = StreamingDataset(local=str(folder / "shards"), batch_size=1)
    kept = []
    for start in range(0, len(whole), 64):
        kept += keep.apply([whole[row] for row in range(start, min(start + 64, len(whole)))])
    write_shards(folder / "curated", kept)


def open_weighed(folder: Path, weigh: Any) -> StreamingDataLoader:
    dataset = WeighedDataset(weigh, local=str(folder / "shards"), batch_size=4, shuffle=True)
    return StreamingDataLoader(dataset, batch_size=4, num_workers=2)


def run_all(folder: Path) -> dict[str, Any]:
    samples = [json.loads(line) for line in (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]
    write_shards(folder / "shards", samples)
    write_curated(folder, provenance.Filter(max_ai_score=0.5, scores=folder / "scores.parquet"))
    curated = [sample["id"] for sample in StreamingDataset(local=str(folder / "curated"), batch_size=4)]
    weigh = provenance.Weights(power=2.0, scores=folder / "scores.parquet")
    loader = open_weighed(folder, weigh)
    batches = iter(loader)
    told = [next(batches) for _ in range(10)]
    state = loader.state_dict()
    whole = told + list(batches)
    again = open_weighed(folder, weigh)
    again.load_state_dict(state)
    pairs = [pair for batch in whole for pair in zip(batch["id"], batch["weight"].tolist(), strict=True)]
    resumed = [key for batch in again for key in batch["id"]]
    return {"curated": curated, "weighed": pairs, "after 40": resumed}


if __name__ == "__main__":
    (Path(sys.argv[1]) / "told.json").write_text(json.dumps(run_all(Path(sys.argv[1]))), encoding="utf-8")
