"""Jobs that do what the name of their task's shard says, with marks in a folder to tell the test."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from provenance.errors import OutputError, ShardError
from provenance.run import Progress, Receipt, Task


def wait_for(condition: Callable[[], object], what: str, seconds: float = 300) -> None:
    """Returns when the condition holds; the limit only ends a test that hangs, on however busy a machine."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"never came: {what}")
        time.sleep(0.02)


def tasks(*shards: str, memory: int = 100 * 1024 * 1024) -> list[Task]:
    return [Task("read", "c", shard, f"/{shard}", 10, "", memory=memory) for shard in shards]


@dataclass(frozen=True)
class Job:
    """What a task does: `raise`, `lost`, `full`, `exit`; `die-3` dies three times; `meet-2` waits until two have met;
    `wait` waits for the file `go`, `wait-once` dies once before; `alone` fails beside another; `show-NAME` tells a
    variable.
    """

    folder: Path

    def __call__(self, task: Task, progress: Progress) -> Receipt:
        import ray

        verb, _, rest = task.shard.partition("-")
        begun = self.begin(task)
        notes = {"node": ray.get_runtime_context().get_node_id(), "pid": str(os.getpid())}
        match verb:
            case "raise":
                raise ValueError("a bug")
            case "lost":
                raise ShardError(task.source, "no archive")
            case "full":
                raise OutputError("disk full")
            case "exit":
                os._exit(3)
            case "die":
                if begun <= int(rest.partition("-")[0]):
                    os.kill(os.getpid(), signal.SIGKILL)
            case "meet":
                wait_for(lambda: len(list(self.folder.glob("meet-*"))) >= int(rest.partition("-")[0]), "the others")
            case "wait":
                if begun <= rest.startswith("once"):
                    os.kill(os.getpid(), signal.SIGKILL)
                self._wait(progress)
            case "alone":
                mark = self.folder / "running"
                mark.touch(exist_ok=False)
                mark.unlink()
            case "show":
                notes["shown"] = os.environ.get(rest, "absent")
        threads = int(os.environ["POLARS_MAX_THREADS"])
        return Receipt(task, {"threads": threads}, notes=tuple(f"{name} {value}" for name, value in notes.items()))

    def begin(self, task: Task) -> int:
        """Leaves a mark; how often this task has begun."""
        with (self.folder / task.shard).open("ab") as file:
            file.write(b"x")
            return file.tell()

    def begun(self, shard: str) -> int:
        """How often a task has begun."""
        mark = self.folder / shard
        return mark.stat().st_size if mark.exists() else 0

    def _wait(self, progress: Progress) -> None:
        def gone_on() -> bool:
            progress(5)
            return (self.folder / "go").exists()

        wait_for(gone_on, "go")


def note(receipt: Receipt, name: str) -> str:
    """What a receipt of `Job` says of itself."""
    return dict(line.split(" ", 1) for line in receipt.notes)[name]
