"""Folders of runs as they would be left, made by hand: run.json, ledger.jsonl, running.json."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from provenance.jobs.status.state import Status
from provenance.jobs.status.watcher import Watcher
from provenance.jobs.telling.running import Begun, Driver, Running, Worked, make_driver, write_running
from provenance.run import Receipt, Task

NOW = 1_795_000_000.0
IDENTITY = (("version", "0.1.0"), ("config_digest", "6cf36d2f"), ("models_digest", "0e6b5c00"))


def make_run(folder: Path, n_shards: int = 4, *, totals: Mapping[str, int] | None = None, size: int = 100) -> Path:
    """A folder with a run.json, and no more."""
    folder.mkdir(parents=True, exist_ok=True)
    shards = [
        {"crawl": "c", "name": f"s{i}", "place": f"/in/s{i}", "size": size, "version": "v"} for i in range(n_shards)
    ]
    saved: dict[str, object] = {
        "version": "0.1.0",
        "config": {"dedup": {"verify": "signatures"}},
        "identity": dict(IDENTITY),
    }
    saved |= {"models": [], "shards": shards, "totals": totals}
    (folder / "run.json").write_text(json.dumps(saved))
    return folder


def receipt(
    number: int, phase: str = "read", *, ended: float | None = NOW, seconds: float = 10.0, **told: object
) -> Receipt:
    """Of a shard of 10 records, 8 of them documents."""
    shard = f"s{number}" if phase not in ("cluster", "summarise") else "all"
    task = Task(phase, "c", shard, f"/in/s{number}", 100, "v" if phase == "read" else "later")
    counts = {"records": 10, "documents": 8, "words": 80, "bytes_read": 100, "bytes_skipped": 0}
    made = Receipt(task, counts, {"no_text": 2}, seconds=seconds, cpu_seconds=seconds / 2, peak_memory_bytes=1000)
    when = "" if ended is None else datetime.fromtimestamp(ended, UTC).isoformat(timespec="milliseconds")
    return replace(made, ended=when, worker="node:1", **told)  # type: ignore[arg-type]


def lost(number: int, phase: str = "read", *, error: str = "no archive", fatal: bool = False) -> Receipt:
    return replace(receipt(number, phase), counts={}, rejects={}, complete=False, error=error, fatal=fatal)


def append(folder: Path, receipts: Sequence[Receipt]) -> None:
    with (folder / "ledger.jsonl").open("a") as ledger:
        ledger.writelines(one.to_json() + "\n" for one in receipts)


def driver(*, here: bool = True, workers: int = 2) -> Driver:
    """This process, or one of another machine."""
    made = make_driver("run1", IDENTITY, engine="local", workers=workers, begun=NOW - 100)
    return made if here else replace(made, host="elsewhere", space="another boot pid:[1]", born="77")


def work_on(
    folder: Path,
    *phases: Begun,
    by: Driver | None = None,
    updated: float = NOW,
    tasks: Sequence[Worked] = (),
    stopped: tuple[str, str] | None = None,
) -> None:
    """Leaves a running.json."""
    reason, why = stopped or ("", None)
    write_running(folder, Running(by or driver(), updated, updated, phases, tuple(tasks), why, reason))


def status_of(folder: Path, now: float = NOW) -> Status:
    return Watcher(folder).read(now)


def finish(folder: Path) -> None:
    """Says in run.json that the run is finished."""
    saved = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**saved, "totals": {"shards": len(saved["shards"])}}))
