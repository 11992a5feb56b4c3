"""The first-seen index at scale: millions of made documents added run by run, and a crawl of known re-captures asked.

Every run is a folder as `provenance run` leaves it, with random hashes and signatures. Of the crawl asked for, three
in ten documents are texts of the index, one in ten is a near copy whose signature values agree with probability 0.95.
Every step is the command users call, in a process of its own. Prints the figures as JSON, and writes them to --out.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.cost import describe_machine, run_measured
from provenance.jobs.saved import describe_run, plain_shards, write_saved
from provenance.jobs.settings import RunConfig, identify_run
from provenance.jobs.sources.plan import Shard
from provenance.models import load_models
from provenance.run import Ledger, Receipt, Task
from provenance.store import TableWriter, table_path

NUM_PERM = 128
SHARD = 100_000
AGREEMENT = 0.95
EXACT, NEAR = 0.3, 0.1
COMMAND = [sys.executable, "-c", "from provenance.cli import main; main()"]
DOCUMENTS = ("doc_id", "url", "crawl", "fetch_time", "warc_filename", "warc_record_offset")


def seconds_of(year: int) -> int:
    return int(datetime(year, 7, 1, tzinfo=UTC).timestamp())


def make_documents(crawl: str, number: int, n: int, year: int) -> tuple[pl.DataFrame, np.ndarray]:
    """A shard's documents and signatures without those, all drawn from the shard's own generator."""
    rng = np.random.default_rng([year, number])
    hosts, pages = rng.integers(0, 1 << 20, n), rng.integers(0, 1 << 40, n)
    index = pl.int_range(n, eager=True)
    frame = pl.DataFrame({"host": hosts, "page": pages, "index": index}).select(
        doc_id=pl.format("<urn:uuid:{}-{}-{}>", pl.lit(year), pl.lit(number), "index"),
        url=pl.format("https://www.site-{}.example/articles/{}.html", "host", "page"),
        crawl=pl.lit(crawl),
        fetch_time=pl.Series(seconds_of(year) * 10**6 + rng.integers(0, 14 * 86400, n) * 10**6).cast(
            pl.Datetime("us", "UTC")
        ),
        warc_filename=pl.lit(f"crawl-data/{crawl}/segments/{number:05}/warc/{crawl}-{number:05}.warc.gz"),
        warc_record_offset=index * 20_000,
        exact_hash=pl.Series([row.tobytes() for row in rng.integers(0, 256, (n, 16), np.uint8)], dtype=pl.Binary),
    )
    return frame, rng.integers(0, 1 << 32, (n, NUM_PERM), np.uint32)


def write_shard(out: Path, shard: Shard, frame: pl.DataFrame, signatures: np.ndarray) -> None:
    values = pl.Series(signatures, dtype=pl.Array(pl.UInt32, NUM_PERM)).cast(pl.List(pl.UInt32))
    tables = {
        "documents": frame.select(DOCUMENTS),
        "signatures": frame.select("doc_id", signature=values, exact_hash="exact_hash"),
    }
    for table, rows in tables.items():
        with TableWriter(table_path(out, table, shard.crawl, shard.name), rows.schema, {}) as writer:
            writer.write(rows)


def write_run(out: Path, year: int, parts: Iterator[tuple[pl.DataFrame, np.ndarray]]) -> None:
    """A finished run of one crawl."""
    config, crawl = RunConfig(), f"CC-MAIN-{year}-30"
    shards, n = [], 0
    out.mkdir(parents=True)
    ledger = Ledger(out / "ledger.jsonl")
    for number, (frame, signatures) in enumerate(parts):
        shard = Shard(crawl, f"{crawl}-{number:05}", f"/archives/{number}", 1)
        write_shard(out, shard, frame, signatures)
        ledger.append(Receipt(Task("read", crawl, shard.name, shard.place, 1, "")))
        shards.append(shard)
        n += frame.height
    saved = describe_run(config, identify_run(config, load_models(None)))
    write_saved(out / "run.json", {**saved, "shards": plain_shards(shards), "totals": {"documents": n}})


def make_crawl(out: Path, year: int, n: int) -> None:
    crawl = f"CC-MAIN-{year}-30"
    write_run(out, year, (make_documents(crawl, number, SHARD, year) for number in range(n // SHARD)))


def make_recapture(out: Path, year: int, n: int, before: int, n_before: int) -> None:
    """A crawl of which a known share was captured before, in shards drawn from those of the crawl `before`."""

    def parts() -> Iterator[tuple[pl.DataFrame, np.ndarray]]:
        for number in range(n // SHARD):
            rng = np.random.default_rng([year, number, 1])
            frame, signatures = make_documents(f"CC-MAIN-{year}-30", number, SHARD, year)
            old, old_signatures = make_documents(f"CC-MAIN-{before}-30", number % (n_before // SHARD), SHARD, before)
            n_exact, n_near = int(EXACT * SHARD), int(NEAR * SHARD)
            signatures[:n_exact] = old_signatures[:n_exact]
            near = slice(n_exact, n_exact + n_near)
            same = rng.random((n_near, NUM_PERM)) < AGREEMENT
            signatures[near] = np.where(same, old_signatures[near], signatures[near])
            hashes = pl.concat([old["exact_hash"][:n_exact], frame["exact_hash"][n_exact:]])
            yield frame.with_columns(exact_hash=hashes), signatures

    write_run(out, year, parts())


def check_answer(table: Path, n: int) -> dict[str, float]:
    """Planted re-captures found, with the right document and date, and what was found that was not planted."""
    index = pl.col("doc_id").str.extract(r"-(\d+)>$").cast(pl.Int64)
    found = pl.read_parquet(table).with_columns(index=index, offset=pl.col("seen_warc_record_offset") // 20_000)
    right = found.filter(pl.col("index") == pl.col("offset"))
    exact = right.filter((pl.col("seen_kind") == "exact") & (pl.col("index") < EXACT * SHARD))
    near = right.filter(
        (pl.col("seen_kind") == "near") & pl.col("index").is_between(EXACT * SHARD, (EXACT + NEAR) * SHARD - 1)
    )
    return {
        "exact_recall": exact.height / (EXACT * n),
        "near_recall": near.height / (NEAR * n),
        "near_similarity_mean": round(float(near["seen_similarity"].mean()), 4),  # type: ignore[arg-type]
        "not_planted": found.height - exact.height - near.height,
    }


def measure_add(index: Path, run: Path, memory: str, n: int) -> dict[str, object]:
    log = run.with_suffix(".json")
    with log.open("w") as out:
        cost = run_measured([*COMMAND, "seen", "add", index, run, "--memory", memory, "--json"], out)
    return {**cost.rate(n), **json.loads(log.read_text())["added"][0], "run": run.name}


def describe_index(index: Path) -> dict[str, object]:
    told = subprocess.run([*COMMAND, "seen", "info", index, "--json"], capture_output=True, text=True, check=True)
    info = json.loads(told.stdout)
    return {name: info[name] for name in ("texts", "entries", "bytes_per_text", "files")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--asked", type=int, default=1_000_000)
    parser.add_argument("--memory", default="2GB")
    parser.add_argument(
        "--work", type=Path, required=True, help="An empty folder for runs and index; 1.2 kB a document."
    )
    parser.add_argument("--out", type=Path)
    parser.add_argument("--make", nargs=4, metavar=("FOLDER", "YEAR", "N", "BEFORE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    each = arguments.documents // arguments.runs
    if arguments.make:
        folder, year, n, before = Path(arguments.make[0]), *map(int, arguments.make[1:])
        make_recapture(folder, year, n, before, each) if before else make_crawl(folder, year, n)
        return
    figures = measure_all(arguments, each)
    print(json.dumps(figures, indent=1))
    if arguments.out:
        arguments.out.write_text(json.dumps(figures, indent=1) + "\n")


def measure_all(arguments: argparse.Namespace, each: int) -> dict[str, object]:
    index, work, memory = arguments.work / "index", arguments.work, arguments.memory
    again = [sys.executable, "-m", "benchmarks.seen_scale", "--work", work, "--documents", arguments.documents]

    def make(folder: Path, year: int, n: int, before: int) -> None:
        # In a process of its own: a child's peak would start from ours.
        command = [*again, "--runs", arguments.runs, "--make", folder, year, n, before]
        subprocess.run([str(part) for part in command], check=True)

    adds = []
    for number in range(arguments.runs):
        run = work / f"run-{number}"
        make(run, 2015 + number, each, 0)
        adds.append({**measure_add(index, run, memory, each), **describe_index(index)})
        print(adds[-1], file=sys.stderr)
        if number:
            shutil.rmtree(run)
    same = measure_add(index, work / "run-0", memory, each)
    asked, table = work / "asked", work / "seen.parquet"
    make(asked, 2024, arguments.asked, 2015)
    query = run_measured([*COMMAND, "seen", "query", index, asked, "--out", table, "--memory", memory])
    return {
        "machine": describe_machine(),
        "memory": memory,
        "documents": arguments.documents,
        "adds": adds,
        "added_again": same,
        "query": {**query.rate(arguments.asked), **check_answer(table, arguments.asked)},
        "disk_mb": round(sum(path.stat().st_size for path in index.rglob("*.parquet")) / 1e6),
    }


if __name__ == "__main__":
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    main()
