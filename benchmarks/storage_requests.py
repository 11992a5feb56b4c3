"""Requests to object storage and bytes over the network that a run takes; prints JSON.

    PYTHONPATH=. python benchmarks/storage_requests.py [FOLDER] WORK > benchmarks/results/storage_requests.json

A run reads shards from a bucket and writes its folder to it, moto on loopback being the storage: with few shards, with
twice as many, and with as few that have two thousand pages more each. What grows with the shards is of a shard; what
grows with their pages is of a row group of a thousand, since columns are read row group by row group; the rest is of a
run. `TMPDIR` is watched meanwhile: it holds what is uploaded, and copies of what is read.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from scaling import COMMAND, FIXTURES
from scaling_shards import split_shards
from watched import watch_size

from provenance.store import ROW_GROUP_ROWS
from tests.objects.servers import Request, look, put, serve_objects

MORE = 2  # row groups
SIGNS = ("out/.lock", "out/running.json", "out/ledger.jsonl")


def measure_run(shards: Sequence[Path], work: Path) -> dict[str, Any]:
    """Requests by method, bytes of the shards, of the folder in storage, and the most that lay in TMPDIR."""
    temporary = work / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    with serve_objects() as site:
        for path in shards:
            put(site, f"crawl/{path.name}", path.read_bytes())
        site.forget()
        command = [COMMAND, "run", site.url("crawl/"), "--out", site.url("out"), "--workers", "1", "--json"]
        with watch_size(temporary) as held, open(work / "log", "w") as log:
            environment = {**os.environ, "TMPDIR": str(temporary)}
            subprocess.run([str(part) for part in command], check=True, stdout=log, stderr=log, env=environment)
        kinds = Counter(name_kind(request) for request in site.requests if not is_sign_of_life(request))
        sent, given = sum(request.size for request in site.requests), site.given
        stored = look(site, "out/")
    return {
        "requests": {kind: kinds[kind] for kind in ("put", "get")},
        "sent_bytes": sent,
        "received_bytes": given,
        "shard_bytes": sum(path.stat().st_size for path in shards),
        "folder_bytes": sum(map(len, stored.values())),
        "folder_objects": len(stored),
        "tmpdir_bytes": held.most,
    }


def is_sign_of_life(request: Request) -> bool:
    """Whether a run asks this as time goes by, whatever it does: some thousand times an hour."""
    return any(part in request.key for part in SIGNS)


def name_kind(request: Request) -> str:
    """What is paid for it: as much as for a PUT (listings, too), as much as for a GET, or nothing."""
    if request.method in ("PUT", "POST") or "list-type=" in request.path:
        return "put"
    return "delete" if request.method == "DELETE" else "get"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=FIXTURES)
    parser.add_argument("work", type=Path)
    parser.add_argument("--pages", type=int, default=25, help="of a shard")
    parser.add_argument("--shards", type=int, default=3, help="of the smaller run")
    asked = parser.parse_args()
    sources = sorted(path for path in asked.folder.rglob("*.warc.gz") if "damaged" not in path.name)
    few, n = asked.shards, asked.pages
    cases = {"few": (few, n), "many": (2 * few, n), "long": (few, n + MORE * ROW_GROUP_ROWS)}
    runs = {}
    for name, (shards, pages) in cases.items():
        paths = split_shards(sources, asked.work / name, pages=shards * pages, shards=shards)
        runs[name] = {"shards": shards, "pages": pages, **measure_run(paths, asked.work)}
    first = runs["few"]["requests"]
    per_shard = {kind: (runs["many"]["requests"][kind] - first[kind]) / few for kind in first}
    results = {
        "date": date.today().isoformat(),
        "runs": runs,
        "per_shard": {kind: round(count, 2) for kind, count in per_shard.items()},
        "per_row_group": {
            kind: round((runs["long"]["requests"][kind] - first[kind]) / few / MORE, 2) for kind in first
        },
        "per_run": {kind: round(first[kind] - per_shard[kind] * few) for kind in first},
    }
    json.dump(results, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
