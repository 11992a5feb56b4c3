"""running.json: what the process that works on a run says of itself every few seconds, and whether it still lives.

It lies in the run's folder while the run works. A run that ends properly removes it; one that is interrupted or stops
by an error leaves it, with the reason; one that is killed leaves it as it was.
"""

import json
import os
import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from provenance.store import Place, read_text, write_text

RUNNING_FILE = "running.json"
INTERVAL_S = 10.0  # between two signs of life
PATIENCE_S = 90.0  # without a sign of life a process that cannot be asked is taken for dead


@dataclass(frozen=True, slots=True)
class Worked:
    """A task that is being worked on: since when (seconds since 1970), by whom, how far (bytes of its input)."""

    phase: str
    crawl: str
    shard: str
    size: int
    begun: float
    bytes_done: int = 0
    worker: str = ""
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Begun:
    """A phase that this process has begun: how many tasks it has, how many were open then."""

    phase: str
    n_tasks: int
    n_open: int
    begun: float


@dataclass(frozen=True, slots=True)
class Driver:
    """The process that works on the run. `space` names its machine and its list of processes, where that is known."""

    run: str
    host: str
    pid: int
    space: str
    born: str
    version: str
    config_digest: str
    engine: str
    workers: int
    begun: float
    interval_s: float = INTERVAL_S


@dataclass(frozen=True, slots=True)
class Running:
    """What running.json says. Times are seconds since 1970 (UTC).

    `progress` is when a task last moved; `tasks` are those worked on, begun first first;
    `stopped` says why the process ended, null while it works; `reason` is then interrupted, error or unforeseen.
    """

    driver: Driver
    updated: float
    progress: float
    phases: tuple[Begun, ...]
    tasks: tuple[Worked, ...]
    stopped: str | None = None
    reason: str = ""

    def lives(self, now: float) -> bool:
        """Whether the process still works, as far as it can be told.

        On its own machine by asking for the process; elsewhere by how old its sign of life is, which presumes clocks
        that differ by less than a minute.
        """
        if self.stopped is not None:
            return False
        here = name_space()
        if here and self.driver.space == here:
            return self.driver.born == birth_of(self.driver.pid)
        return now - self.updated < max(PATIENCE_S, 4 * self.driver.interval_s)


def read_running(root: Place) -> Running | None:
    """What running.json in a folder says; null where there is none that can be read. Raises OSError."""
    try:
        values = json.loads(read_text(root / RUNNING_FILE))
        driver = Driver(**values.pop("driver"))
        phases = tuple(Begun(**one) for one in values.pop("phases"))
        tasks = tuple(Worked(**one) for one in values.pop("tasks"))
        return Running(driver=driver, phases=phases, tasks=tasks, **values)
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write_running(root: Place, running: Running) -> None:
    """Writes running.json, atomically. Raises OutputError."""
    write_text(root / RUNNING_FILE, json.dumps(asdict(running), ensure_ascii=False, separators=(",", ":")) + "\n")


def make_driver(run: str, identity: Sequence[tuple[str, str]], *, engine: str, workers: int, begun: float) -> Driver:
    """This process, as it tells of itself."""
    told = dict(identity)
    return Driver(
        run=run,
        host=socket.gethostname(),
        pid=os.getpid(),
        space=name_space(),
        born=birth_of(os.getpid()),
        version=told.get("version", ""),
        config_digest=told.get("config_digest", ""),
        engine=engine,
        workers=workers,
        begun=begun,
    )


def name_space() -> str:
    """This machine since it was started, and this process's list of processes (namespaces(7)); empty off Linux."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""


def birth_of(pid: int) -> str:
    """When a process was started, in ticks since the machine was; empty where there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state in "ZX" else fields[18]  # field 22 of proc_pid_stat(5); a zombie has ended
