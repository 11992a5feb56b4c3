"""Requests to object storage and bytes over the network that a run takes; prints JSON.

    PYTHONPATH=. python benchmarks/storage_requests.py [FOLDER] WORK > benchmarks/results/storage_requests.json

A run reads shards from a bucket and writes its folder to it, moto on loopback being the storage, first with few shards
and then with twice as many: what grows is of a shard, the rest is of a run. `TMPDIR` is watched meanwhile: it holds
what is uploaded, and copies of what is read.
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

from scaling import COMMAND, FIXTURES
from scaling_shards import split_shards
from watched import watch_size

from tests.objects.servers import Request, look, put, serve_objects


def measure_run(shards: Sequence[Path], work: Path) -> dict[str, object]:
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
        kinds = Counter(map(name_kind, site.requests))
        sent, given = sum(request.size for request in site.requests), site.given
        stored = look(site, "out/")
    return {
        "shards": len(shards),
        "requests": dict(kinds),
        "sent_bytes": sent,
        "received_bytes": given,
        "shard_bytes": sum(path.stat().st_size for path in shards),
        "folder_bytes": sum(map(len, stored.values())),
        "folder_objects": len(stored),
        "tmpdir_bytes": held.most,
    }


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
    parser.add_argument("--shards", type=int, default=4, help="of the smaller run")
    asked = parser.parse_args()
    sources = sorted(path for path in asked.folder.rglob("*.warc.gz") if "damaged" not in path.name)
    n = 2 * asked.shards
    shards = split_shards(sources, asked.work / "warc", pages=n * asked.pages, shards=n)
    few, many = (measure_run(part, asked.work) for part in (shards[: asked.shards], shards))
    grown = {name: many["requests"][name] - few["requests"].get(name, 0) for name in many["requests"]}
    per_shard = {name: round(count / asked.shards, 2) for name, count in grown.items()}
    rest = {name: round(few["requests"].get(name, 0) - count * asked.shards) for name, count in per_shard.items()}
    results = {"date": date.today().isoformat(), "runs": [few, many], "per_shard": per_shard, "per_run": rest}
    json.dump(results, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
