"""Tasks of a run as tasks of Ray: as many in flight as there is room, and none lost when a worker is.

The driver holds tasks and receipts. The job of a phase lies in Ray's object store once; what a task reads and writes
goes between its worker and the storage.
"""

import logging
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from provenance.errors import ConfigError
from provenance.run.crew import ONE_THREAD, Job
from provenance.run.options import EngineOptions
from provenance.run.ray.cluster import Node, connect, find_blind, list_nodes
from provenance.run.ray.deaths import ATTEMPTS, Deaths, Flight, find_cause
from provenance.run.ray.worker import Board, Key, Standing, found_version, work_on
from provenance.run.task import Receipt, Task

TASK_MEMORY = 1024**3  # bytes; a read task was measured at 0.3 GB, the page of the report at 0.6
_LOOK = 1.0  # seconds between two looks at the board
_COUNT = 10.0  # seconds between two counts of the machines
_LOG = logging.getLogger(__name__)


class RayCrew:
    """Workers of a Ray cluster; a context manager, which ends its tasks on the way out.

    `workers` bounds the tasks in flight; null for as many as the cluster has CPUs, however many these become.
    """

    def __init__(self, options: EngineOptions, *, workers: int | None = None) -> None:
        self._options = options
        self._workers = workers
        self._stack = ExitStack()
        self._flying: dict[Any, Flight] = {}
        self._nodes: list[Node] = []
        self._counted = -_COUNT

    def __enter__(self) -> "RayCrew":
        with ExitStack() as stack:
            stack.enter_context(connect(self._options, workers=self._workers))
            self._count_nodes()
            if not self._nodes:
                raise ConfigError("--engine ray: the cluster has no machine with a CPU now; add one and run again")
            self._board = _start_board()
            self._asked: Any = None
            self._looked = 0.0
            self._workers_of: dict[Key, str] = {}
            self._deaths = Deaths(self._options.attempts or ATTEMPTS)
            self._submit = _make_remote(self._options)
            stack.callback(self._cancel)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def size(self) -> int:
        """Tasks in flight at a time."""
        return self._workers or max(1, sum(node.cpus for node in self._nodes))

    @property
    def largest(self) -> int:
        """Bytes of memory of the largest machine."""
        return max((node.memory for node in self._nodes), default=0)

    def worker_of(self, task: Task) -> str:
        """The process that works on a task, as host:pid; empty while it has not told."""
        return self._workers_of.get(task.key, "")

    def check_sees(self, path: Path) -> None:
        """Raises ConfigError where a machine of the cluster does not see a file or folder of this one."""
        blind = find_blind(path, self._nodes)
        if blind:
            raise ConfigError(
                f"{path}: {', '.join(node.address for node in blind[:3])}{' ...' if len(blind) > 3 else ''} "
                "does not see it, and would work there; give a folder that all machines of the cluster share, "
                "or s3://bucket/prefix"
            )

    def work(self, job: Job, tasks: Iterable[Task], *, on_progress: Callable[[Task, int], None]) -> Iterator[Receipt]:
        """A receipt for every task as it ends, in order of ending.

        Raises ConfigError for a task that declares more memory than any machine has, and when machines of the cluster
        cannot work on it at all: they lack this package, or have another version.
        """
        import ray

        queue = deque(Flight(task, self._declare(task)) for task in tasks)
        if not queue:
            return
        self._refuse_oversized(queue)
        kept = ray.put(job)
        try:
            while queue or self._flying:
                self._hand_out(kept, queue)
                yield from self._collect(queue, on_progress)
        finally:
            self._cancel()

    def _declare(self, task: Task) -> int:
        return task.memory or self._options.task_memory or TASK_MEMORY

    def _refuse_oversized(self, queue: Iterable[Flight]) -> None:
        """Ray would let such a task wait for ever."""
        worst = max(queue, key=lambda flight: flight.memory)
        if worst.memory > self.largest:
            raise ConfigError(
                f"--task-memory: {worst.task.phase} {worst.task.shard} declares {worst.memory / 1e9:.1f} GB, and the "
                f"largest machine of the cluster has {self.largest / 1e9:.1f} GB for tasks; add a larger one, or give "
                "less with --task-memory (of the search for copies: with --memory)"
            )

    def _hand_out(self, kept: Any, queue: deque[Flight]) -> None:
        self._count_nodes()
        while queue and len(self._flying) < self.size:
            flight = queue.popleft()
            task = flight.task
            options = {"memory": flight.memory, "name": f"{task.phase} {task.crawl}/{task.shard}"}
            self._flying[self._submit.options(**options).remote(kept, task, self._board, found_version())] = flight

    def _collect(self, queue: deque[Flight], on_progress: Callable[[Task, int], None]) -> Iterator[Receipt]:
        import ray

        self._ask()
        waited = [*self._flying, *([self._asked] if self._asked is not None else [])]
        ready, _ = ray.wait(waited, num_returns=1, timeout=_LOOK)
        if ready:
            ready, _ = ray.wait(waited, num_returns=len(waited), timeout=0)
        for ref in ready:
            if ref == self._asked:
                self._hear(on_progress)
                continue
            receipt = self._land(ref, queue)
            if receipt is not None:
                yield receipt

    def _land(self, ref: Any, queue: deque[Flight]) -> Receipt | None:
        """The receipt of a task that ended, or was given up; null when it is tried again, after all others."""
        import ray

        flight = self._flying.pop(ref)
        try:
            receipt: Receipt = ray.get(ref)
        except ray.exceptions.RayError as error:
            cause = find_cause(error)
            if cause is None:
                told = " ".join(str(error).split())
                raise ConfigError(
                    f"--engine ray: the machines of the cluster cannot work on the run: {told}; install the same "
                    "version of corpus-provenance on all of them"
                ) from error
            receipt_or_none = self._deaths.count(flight, cause, worker=self._workers_of.get(flight.task.key, ""))
            if receipt_or_none is None:
                queue.append(Flight(flight.task, self._deaths.grow(flight, self.largest)))
            return receipt_or_none
        return receipt

    def _ask(self) -> None:
        """Asks the board for news, once a second and without waiting for it."""
        now = time.monotonic()
        if self._asked is None and now - self._looked >= _LOOK:
            self._asked, self._looked = self._board.take.remote(), now

    def _hear(self, on_progress: Callable[[Task, int], None]) -> None:
        import ray

        asked, self._asked = self._asked, None
        try:
            news: dict[Key, Standing] = ray.get(asked)
        except ray.exceptions.RayError:
            return  # the board is starting anew elsewhere
        for flight in self._flying.values():
            if flight.task.key in news:
                n_bytes, self._workers_of[flight.task.key] = news[flight.task.key]
                on_progress(flight.task, n_bytes)

    def _count_nodes(self) -> None:
        now = time.monotonic()
        if now - self._counted < _COUNT:
            return
        self._nodes, self._counted = list_nodes(), now
        waiting = [flight for flight in self._flying.values() if flight.memory > self.largest]
        if waiting:
            least = min(flight.memory for flight in waiting) / 1e9
            _LOG.warning("%d tasks wait for a machine with %.1f GB of memory for tasks", len(waiting), least)

    def _cancel(self) -> None:
        """Ends the tasks in flight, and waits until none of them writes any more."""
        import ray

        flying, self._flying = list(self._flying), {}
        for ref in flying:
            ray.cancel(ref, force=True)
        if flying:
            ray.wait(flying, num_returns=len(flying), timeout=_COUNT)


def _make_remote(options: EngineOptions) -> Any:
    import ray

    copied = {name: os.environ[name] for name in options.copied if name in os.environ}
    environment = {"env_vars": {**ONE_THREAD, **copied}}
    return ray.remote(num_cpus=1, max_retries=0, scheduling_strategy="SPREAD", runtime_env=environment)(work_on)


def _start_board() -> Any:
    """Beside the driver, when there is room."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=True)
    return ray.remote(Board).options(num_cpus=0, max_restarts=-1, scheduling_strategy=here).remote()
