"""What a task costs: seconds, and the memory of its process."""

import resource
import sys
import time

from provenance.run.task import Receipt, Task


class Stopwatch:
    """Wall and CPU seconds since it was made, and the peak memory of this process."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.monotonic(), time.process_time()

    def receipt(
        self,
        task: Task,
        counts: dict[str, int],
        rejects: dict[str, int] | None = None,
        notes: tuple[str, ...] = (),
        *,
        complete: bool = True,
    ) -> Receipt:
        """The receipt of a task that was done, with what it cost."""
        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
        wall, cpu = time.monotonic() - self._wall, time.process_time() - self._cpu
        return Receipt(
            task,
            counts,
            rejects or {},
            notes,
            complete,
            seconds=round(wall, 3),
            cpu_seconds=round(cpu, 3),
            peak_memory_bytes=peak,
        )
