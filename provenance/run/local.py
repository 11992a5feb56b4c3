"""Spawned worker processes on this machine, one task at a time each.

A worker is started fresh (no fork: polars warns against it), loads what it needs once, and is replaced when it dies.
It ends by itself when the parent is gone, so that a killed run leaves nobody behind who still writes.
"""

import contextlib
import multiprocessing
import os
import signal
import socket
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from provenance.errors import OutputError
from provenance.run.crew import ONE_THREAD, Job, Progress
from provenance.run.stopwatch import Stopwatch
from provenance.run.task import Receipt, Task

ATTEMPTS = 2  # a task whose worker died is tried once more, then given up


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    connection: Connection
    task: Task | None = None


@dataclass(slots=True)
class _Queue:
    waiting: deque[Task]
    attempts: dict[tuple[str, str, str], int] = field(default_factory=dict)


class LocalCrew:
    """At most `size` worker processes, started when there is work for them and kept for the jobs that follow.

    A context manager: leaving it ends the workers. A task whose workers died `attempts` times is given up.
    """

    largest = None

    def __init__(self, size: int, *, attempts: int = ATTEMPTS) -> None:
        self.size = size
        self._attempts = attempts
        self._workers: list[_Worker] = []

    def __enter__(self) -> "LocalCrew":
        return self

    def __exit__(self, *_: object) -> None:
        while self._workers:
            _stop(self._workers.pop())

    def worker_of(self, task: Task) -> str:
        """The process that works on a task, as host:pid; empty where none does."""
        found = (worker.process.pid for worker in self._workers if worker.task and worker.task.key == task.key)
        return next((_name_worker(pid) for pid in found), "")

    def check_sees(self, path: Path) -> None:
        """Workers of this machine see what is on it."""

    def work(self, job: Job, tasks: Iterable[Task], *, on_progress: Callable[[Task, int], None]) -> Iterator[Receipt]:
        """A receipt for every task as it ends, in order of ending.

        `job` is pickled with every task. An exception in a job becomes a receipt with `error`; so do workers that die
        on the same task.
        """
        queue = _Queue(deque(tasks))
        while queue.waiting or any(worker.task for worker in self._workers):
            self._hand_out(job, queue)
            yield from self._collect(queue, on_progress)

    def _hand_out(self, job: Job, queue: _Queue) -> None:
        for worker in self._workers:
            if worker.task is None and queue.waiting:
                _send(worker, job, queue.waiting.popleft())
        while queue.waiting and len(self._workers) < self.size:
            self._workers.append(_start())
            _send(self._workers[-1], job, queue.waiting.popleft())

    def _collect(self, queue: _Queue, on_progress: Callable[[Task, int], None]) -> Iterator[Receipt]:
        busy = {id(worker.connection): worker for worker in self._workers if worker.task}
        for connection in wait([worker.connection for worker in busy.values()]):
            worker = busy[id(connection)]
            task = worker.task
            assert task is not None
            try:
                message = worker.connection.recv()
            except (EOFError, OSError):
                self._workers.remove(worker)
                receipt = _bury(worker, task, queue, self._attempts)
                if receipt:
                    yield receipt
                continue
            if isinstance(message, int):
                on_progress(task, message)
            else:
                worker.task = None
                yield message


def attempt(job: Job, task: Task, progress: Progress) -> Receipt:
    """Does a task in this process; an exception in it becomes a receipt with `error`. Says first that it has begun."""
    watch = Stopwatch()
    try:
        progress(0)
        receipt = job(task, progress)
    except OutputError as error:
        receipt = _give_up(watch, task, str(error), fatal=True)
    except Exception as error:  # noqa: BLE001  the border around a job: one shard is lost, the run goes on
        name = type(error).__name__
        message = str(error) if name == "ShardError" else f"{task.source}: {name}: {error}"
        receipt = _give_up(watch, task, message, fatal=False)
    return replace(receipt, worker=_name_worker(os.getpid()))


def _give_up(watch: Stopwatch, task: Task, error: str, *, fatal: bool) -> Receipt:
    """Called where the exception is being handled."""
    receipt = watch.receipt(task, {}, complete=False)
    return replace(receipt, error=error, traceback=traceback.format_exc(), fatal=fatal)


def _name_worker(pid: int | None) -> str:
    return f"{socket.gethostname()}:{pid}"


def _start() -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs,), daemon=True)
    with _one_thread_each(), _deaf_to_interrupts():
        process.start()
    theirs.close()
    return _Worker(process, ours)


@contextlib.contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """A worker inherits it from its first moment: Ctrl-C is the parent's to handle, which gets it a little later.

    The system may hand the signal to another thread; Python then interrupts the main one all the same, but for the
    handler. A worker half started would show people where it was.
    """
    heard: list[int] = []
    in_main = threading.current_thread() is threading.main_thread()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    handler = signal.signal(signal.SIGINT, lambda number, _: heard.append(number)) if in_main else None
    try:
        yield
    finally:
        if in_main:
            signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    if heard:
        signal.raise_signal(signal.SIGINT)


def _send(worker: _Worker, job: Job, task: Task) -> None:
    worker.task = task
    with contextlib.suppress(OSError):  # it died while idle: its pipe is at its end, and it is replaced
        worker.connection.send((job, task))


@contextlib.contextmanager
def _one_thread_each() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _stop(worker: _Worker) -> None:
    worker.connection.close()
    worker.process.terminate()
    worker.process.join(timeout=5)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()


def _bury(worker: _Worker, task: Task, queue: _Queue, attempts: int) -> Receipt | None:
    """Puts the task of a dead worker back, or gives it up with a receipt."""
    worker.process.join(timeout=5)
    _stop(worker)
    tried = queue.attempts[task.key] = queue.attempts.get(task.key, 0) + 1
    if tried < attempts:
        queue.waiting.appendleft(task)
        return None
    how = _describe_exit(worker.process.exitcode)
    error = f"{task.source}: the worker process {how}, {tried} times; shard lost"
    return Receipt(task, complete=False, error=error, worker=_name_worker(worker.process.pid))


def _describe_exit(code: int | None) -> str:
    if code is None or code >= 0:
        return f"ended with status {code}"
    name = signal.Signals(-code).name
    return f"was killed by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")


def _work(connection: Connection) -> None:
    """The life of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            job, task = connection.recv()
        except (EOFError, OSError):
            return
        connection.send(attempt(job, task, connection.send))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
