"""Copies among the same documents by provenance dedup, text-dedup and rensa: what goes, where they agree, the cost.

Each of the others has a virtual environment of its own under benchmarks/.work, made here. All three use words in runs
of five, 128 permutations and 16 bands of 8. text-dedup takes all that share a band for copies; rensa's candidates are
compared by its own estimate, as its documentation shows, and those at the threshold are joined; ours are verified.
Documents are real texts, as many as the folders hold, and edited copies of them up to the number asked for: 1, 5, 10 or
20 % of the words replaced. Writes benchmarks/results/dedup_baselines.json.
"""

import argparse
import json
import pickle
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

WORK = Path(__file__).parent / ".work"
RESULT = Path(__file__).parent / "results" / "dedup_baselines.json"
PACKAGES = {"text-dedup": ["text-dedup==0.4.0"], "rensa": ["rensa==0.5.0", "pyarrow"]}
THRESHOLD, NUM_PERM, BANDS, ROWS, NGRAM = 0.8, 128, 16, 8, 5
EDITS = (0.01, 0.05, 0.1, 0.2)


def make_documents(folders: Sequence[Path], n: int, path: Path) -> dict[str, int]:
    """Id and text of `n` documents: real ones, then edited copies."""
    import polars as pl

    files = sorted(file for folder in folders for file in folder.rglob("*.parquet"))
    frames = [pl.read_parquet(file, columns=["text"]) for file in files if "text" in pl.read_parquet_schema(file)]
    real = pl.concat(frames).drop_nulls().filter(pl.col("text").str.len_chars() > 100).head(n)["text"].to_list()
    rng = random.Random(1)
    words = [word for text in rng.sample(real, 200) for word in text.split()]
    texts = list(real)
    while len(texts) < n:
        copy, share = rng.choice(real).split(), rng.choice(EDITS)
        for place in rng.sample(range(len(copy)), max(1, round(share * len(copy)))):
            copy[place] = rng.choice(words)
        texts.append(" ".join(copy))
    rng.shuffle(texts)
    pl.DataFrame({"id": range(len(texts)), "text": texts}).write_parquet(path, row_group_size=10_000)
    return {"documents": n, "real": len(real), "bytes": sum(len(text.encode()) for text in texts)}


def run_ours(documents: Path, work: Path, verify: str) -> list[int]:
    import polars as pl

    command = [Path(sys.executable).parent / "provenance", "dedup", documents, "--out", work, "--workers", "2"]
    options = ["--threshold", THRESHOLD, "--verify", verify, "--no-contrast"]
    subprocess.run([str(part) for part in [*command, *options]], check=True, stdout=subprocess.DEVNULL)
    return pl.read_parquet(work / "clusters" / "*.parquet")["cluster_id"].cast(pl.Int64).to_list()


def run_text_dedup(documents: Path, work: Path) -> list[int]:
    options = {
        "path": "parquet",
        "data_files": documents,
        "split": "train",
        "column": "text",
        "output": work / "out",
        "ngram": NGRAM,
        "num_perm": NUM_PERM,
        "threshold": THRESHOLD,
        "b": BANDS,
        "r": ROWS,
        "min_length": 1,
        "num_proc": 2,
        "cache_dir": work / "cache",
    }
    arguments = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
    python = WORK / "text-dedup" / "bin" / "python"
    with (work / "log").open("w") as log:
        command = [str(python), "-m", "text_dedup.minhash", *arguments, "--debug"]
        subprocess.run(command, check=True, stdout=log, stderr=log)
    read = (
        "import pickle, json, sys; u = pickle.load(open(sys.argv[1], 'rb')); print(json.dumps(list(u.parent.items())))"
    )
    found = subprocess.run([str(python), "-c", read, str(work / "out" / "uf.pkl")], check=True, capture_output=True)
    parents = dict(json.loads(found.stdout.decode().splitlines()[-1]))
    return [find_root(parents, i) for i in range(count_rows(documents))]


def run_rensa(documents: Path, work: Path) -> list[int]:
    python = WORK / "rensa" / "bin" / "python"
    subprocess.run([str(python), __file__, "--as-rensa", str(documents), "--work", str(work)], check=True)
    return pickle.loads((work / "labels.pkl").read_bytes())


def search_with_rensa(documents: Path, work: Path) -> None:
    """What runs inside rensa's environment: one process, as its documentation has it."""
    import pyarrow.parquet as pq
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=THRESHOLD, num_perm=NUM_PERM, num_bands=BANDS)
    parents: dict[int, int] = {}
    hashes = []
    with pq.ParquetFile(documents) as file:
        for batch in file.iter_batches(1000, columns=["text"]):
            for text in batch.column(0).to_pylist():
                words = text.lower().split()
                shingles = [" ".join(words[i : i + NGRAM]) for i in range(max(1, len(words) - NGRAM + 1))]
                one = RMinHash(num_perm=NUM_PERM, seed=1)
                one.update(shingles)
                number = len(hashes)
                for other in index.query(one):
                    if hashes[other].jaccard(one) >= THRESHOLD:
                        low, high = sorted((find_root(parents, other), find_root(parents, number)))
                        parents[high] = low
                index.insert(number, one)
                hashes.append(one)
    (work / "labels.pkl").write_bytes(pickle.dumps([find_root(parents, i) for i in range(len(hashes))]))


def find_root(parents: Mapping[int, int], item: int) -> int:
    while parents.get(item, item) != item:
        item = parents[item]
    return item


def count_rows(documents: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(documents).num_rows)


def install(name: str) -> str | None:
    """Makes the environment of a package; why it could not, if so."""
    home = WORK / name
    if (home / ".installed").exists():
        return None
    made = subprocess.run([sys.executable, "-m", "venv", str(home)], capture_output=True, text=True)
    pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    got = subprocess.run([*pip, *PACKAGES[name]], capture_output=True, text=True) if made.returncode == 0 else made
    if got.returncode:
        return got.stderr.strip().splitlines()[-1] if got.stderr.strip() else "no reason given"
    (home / ".installed").touch()
    return None


def count_pairs(labels: Sequence[object]) -> int:
    import polars as pl

    n = pl.Series(labels).value_counts()["count"].cast(pl.Int64)
    return int((n * (n - 1) // 2).sum())


def compare(one: Sequence[int], other: Sequence[int]) -> dict[str, float]:
    """Agreement of two clusterings: of their pairs, and the adjusted Rand index (Hubert and Arabie 1985)."""
    both = count_pairs([f"{a} {b}" for a, b in zip(one, other, strict=True)])
    left, right, total = count_pairs(one), count_pairs(other), len(one) * (len(one) - 1) // 2
    expected = left * right / total
    rand = (both - expected) / ((left + right) / 2 - expected) if left + right else 1.0
    return {
        "pairs_in_both": both,
        "share_of_the_first": round(both / max(left, 1), 4),
        "share_of_the_second": round(both / max(right, 1), 4),
        "adjusted_rand": round(rand, 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="folders of Parquet files with a column text")
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--work", type=Path, default=WORK / "baselines")
    parser.add_argument("--as-rensa", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.as_rensa:
        search_with_rensa(arguments.as_rensa, arguments.work)
        return
    from cluster_scale import MemorySampler

    shutil.rmtree(arguments.work, ignore_errors=True)
    arguments.work.mkdir(parents=True)
    documents = arguments.work / "documents.parquet"
    figures: dict[str, object] = {"input": make_documents(arguments.folders, arguments.documents, documents)}
    labels: dict[str, list[int]] = {}
    tools = {
        "provenance": lambda work: run_ours(documents, work, "signature"),
        "provenance, shingles": lambda work: run_ours(documents, work, "shingles"),
        "rensa": lambda work: run_rensa(documents, work),
        "text-dedup": lambda work: run_text_dedup(documents, work),
    }
    for name, run in tools.items():
        if name in PACKAGES and (why := install(name)):
            figures[name] = {"not_measured": why}
            continue
        work = arguments.work / name.replace(", ", "-")
        work.mkdir()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        sampler, begun = MemorySampler(), time.perf_counter()
        sampler.start()
        labels[name] = run(work)
        wall = time.perf_counter() - begun
        sampler.stop()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        n_clusters = len(set(labels[name]))
        figures[name] = {
            "removed": len(labels[name]) - n_clusters,
            "clusters": n_clusters,
            "pairs": count_pairs(labels[name]),
            "wall_s": round(wall, 1),
            "cpu_s": round(cpu, 1),
            "peak_mb": round(sampler.peak.get("all", 0) / 1e6),
        }
        print(name, figures[name], file=sys.stderr)
    names = list(labels)
    figures["agreement"] = {
        f"{one} / {other}": compare(labels[one], labels[other])
        for place, one in enumerate(names)
        for other in names[place + 1 :]
    }
    RESULT.write_text(json.dumps(figures, indent=2) + "\n")
    shutil.rmtree(arguments.work)


if __name__ == "__main__":
    main()
