"""`provenance run` from shards to report, and `judge` on loose texts; prints one line of JSON.

Each is a command of its own, started cold; the CPU seconds are those of all its processes.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

import polars as pl
from cost import Cost, measure, run_measured

import provenance

COMMAND = Path(sys.executable).with_name("provenance")
N_TEXTS, WORDS = 10_000, 300
SENTENCE = (
    "The ferry was late again on Tuesday, and the clerk at the ticket window said that the engine is older than she is."
)


def run_job(
    shards: list[Path], out: Path, workers: int, config: str = "", packages: Path | None = None
) -> dict[str, object]:
    """Cost of one run, cold; CPU seconds by phase and peak memory of its hungriest worker, by the receipts."""
    shutil.rmtree(out, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    options = out.with_suffix(".toml")
    options.write_text(config)
    command = [COMMAND, "run", *shards, "--out", out, "--workers", str(workers), "--config", options, "--json"]
    with open(out.with_suffix(".summary.json"), "w") as summary:
        cost = run_measured(command, summary, {"PYTHONPATH": str(packages)} if packages else {})
    receipts = [json.loads(line) for line in (out / "ledger.jsonl").read_text().splitlines()]
    peak = max(receipt["peak_memory_bytes"] for receipt in receipts) / 2**20
    phases: dict[str, float] = {}
    for receipt in receipts:
        phase = receipt["task"]["phase"]
        phases[phase] = round(phases.get(phase, 0.0) + receipt["cpu_seconds"], 3)
    documents = sum(receipt["counts"]["documents"] for receipt in receipts if receipt["task"]["phase"] == "read")
    return {"documents": documents, "phases": phases, "cost": Cost(cost.cpu_s, cost.wall_s, peak)}


def cut_texts(out: Path) -> list[str]:
    """Ten thousand texts of 300 words each, cut from the documents of a run."""
    words = pl.scan_parquet(out / "documents/**/*.parquet").select("text").collect()["text"].str.split(" ").to_list()
    cuts = [" ".join(text[i : i + WORDS]) for text in words for i in range(0, len(text) - WORDS + 1, WORDS)]
    return (cuts * (N_TEXTS // len(cuts) + 1))[:N_TEXTS]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shards", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--pages", type=int, required=True)
    parser.add_argument("--trafilatura", type=Path, help="folder with trafilatura: also run with it as extractor")
    arguments = parser.parse_args()
    shards = sorted(arguments.shards.glob("*.warc.gz"))
    work, n = arguments.work, arguments.pages
    runs = {
        f"{workers} worker{'s' * (workers > 1)}": run_job(shards, work / f"run{workers}", workers) for workers in (1, 2)
    }
    if arguments.trafilatura:
        runs["1 worker, trafilatura"] = run_job(
            shards, work / "run-t", 1, '[extract]\nextractor = "trafilatura"\n', arguments.trafilatura
        )
    figures = {name: {**run.pop("cost").rate(n), **run} for name, run in runs.items()}
    texts = cut_texts(work / "run1")
    provenance.judge_many(texts[:10])
    _, judged = measure(lambda: provenance.judge_many(texts), repeats=2)
    cold = run_measured([COMMAND, "judge", SENTENCE * 5])
    judging = {"texts": judged.rate(len(texts)), "words_per_text": WORDS, "one_text_cold": cold.rate(1)}
    json.dump({"runs": figures, "judge": judging}, sys.stdout)


if __name__ == "__main__":
    main()
