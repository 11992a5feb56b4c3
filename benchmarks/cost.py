"""What a piece of work costs: CPU seconds (user + system, children included), wall seconds, peak memory."""

import os
import platform
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cost:
    """`peak_mb` is the most memory any one process held, where it was measured."""

    cpu_s: float
    wall_s: float
    peak_mb: float | None = None

    def rate(self, n: int) -> dict[str, float | int | None]:
        """The figures of work on n things, ready for JSON."""
        peak = None if self.peak_mb is None else round(self.peak_mb)
        figures = {"n": n, "cpu_s": round(self.cpu_s, 3), "wall_s": round(self.wall_s, 3), "peak_mb": peak}
        return {**figures, "per_core_second": round(n / self.cpu_s, 1), "per_second": round(n / self.wall_s, 1)}


def measure(work: Callable[[], T], *, repeats: int = 1) -> tuple[T, Cost]:
    """The result, and the least cost of several tries: on a shared machine the least is the truest."""
    costs = []
    for _ in range(repeats):
        cpu, wall = time.process_time(), time.perf_counter()
        result = work()
        costs.append(Cost(time.process_time() - cpu, time.perf_counter() - wall))
    return result, min(costs, key=lambda cost: cost.cpu_s)


def run_measured(
    command: Sequence[str | Path],
    stdout: IO[str] | int = subprocess.DEVNULL,
    environment: Mapping[str, str] | None = None,
) -> Cost:
    """Runs a command to its end; its cost with that of all processes it waited for. Raises on a failure."""
    started = time.perf_counter()
    child = subprocess.Popen([str(part) for part in command], stdout=stdout, env={**os.environ, **(environment or {})})
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, [str(part) for part in command])
    wall = time.perf_counter() - started
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def describe_machine() -> dict[str, object]:
    """Processor, cores, Python, and how busy the machine is."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown")
    load = round(os.getloadavg()[0], 1)
    return {"processor": model, "cores": os.cpu_count(), "python": platform.python_version(), "load_before": load}
