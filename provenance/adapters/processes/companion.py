"""A companion: the process that scores for a forked one, in which polars must not be used (see `forks.py`).

It is started anew, not forked, on first use, one for each forked process, and holds one thread. Calls and answers are
pickled, each after its length, over a pair of sockets that is its standard input; so it ends when the process it works
for is gone. One that dies is started again once for a call; then ScoringError says why.
"""

import contextlib
import multiprocessing.util
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, ParamSpec, TypeVar

from provenance.adapters.processes.threads import one_thread_each
from provenance.errors import ProvenanceError, ScoringError

_LENGTH = struct.Struct(">Q")
_ATTEMPTS = 2
_SAID_BYTES = 2000  # of what a dead companion wrote last
_PATIENCE = 5.0  # seconds it is given to end by itself

P = ParamSpec("P")
R = TypeVar("R")


def ask(function: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
    """What the function (of a module, picklable by name) gives in the companion of this process.

    Errors of provenance are raised as they are. Raises ScoringError for any other, and when the companion ends
    without an answer twice.
    """
    call = pickle.dumps((function, arguments, named), protocol=5)
    with _state.lock:
        kind, answer = pickle.loads(_send(call))
    if kind == "error":
        raise answer
    if kind == "trouble":
        raise ScoringError(f"the companion process that scores for this forked one failed:\n{answer}")
    result: R = answer
    return result


@dataclass(frozen=True, slots=True)
class _Companion:
    process: subprocess.Popen[bytes]
    pipe: socket.socket
    said: IO[bytes]  # what it writes to standard output and error

    def ask(self, call: bytes) -> bytearray:
        """The answer to a call, both pickled. Raises EOFError or OSError when the companion ends before it."""
        _write(self.pipe, call)
        answer = _read(self.pipe)
        if answer is None:
            raise EOFError
        return answer

    def end(self) -> str:
        """Ends it, and tells how it ended and what it said last."""
        self.pipe.close()
        try:
            status = self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.said.seek(max(0, self.said.seek(0, os.SEEK_END) - _SAID_BYTES))
        said = self.said.read().decode("utf-8", "replace").strip()
        self.said.close()
        return f"{_name_status(status)}; it wrote: {said or 'nothing'}"

    def forget(self) -> None:
        """Lets go of another process's companion, which must not live on because a copy of its pipe is open here."""
        self.pipe.close()
        self.said.close()
        self.process.returncode = 0  # not ours to wait for


class _State:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.companion: _Companion | None = None


_state = _State()


def _send(call: bytes) -> bytearray:
    ended = ""
    for _ in range(_ATTEMPTS):
        _state.companion = companion = _state.companion or _start()
        try:
            return companion.ask(call)
        except (OSError, EOFError):
            ended = _end()
        except BaseException:  # interrupted between call and answer: the next answer would be that of this call
            companion.process.kill()
            _end()
            raise
    raise ScoringError(
        f"the companion process that scores for this forked one ended without an answer, {_ATTEMPTS} times: {ended}\n"
        "give the workers more memory or start fewer; or start them by spawn instead of fork, "
        "or score beforehand (`provenance judge --out`) and name the file (scores=)"
    )


def _end() -> str:
    companion, _state.companion = _state.companion, None
    return "" if companion is None else companion.end()


def _start() -> _Companion:
    ours, theirs = socket.socketpair()
    said = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # closed when the companion ends
    pipe = _above_standard(ours)
    try:
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "provenance.adapters.processes.companion"],
                stdin=theirs.fileno(),
                stdout=said,
                stderr=said,
                env=_environment(),
                start_new_session=True,  # Ctrl-C is for the process it works for
            )
    except OSError as error:
        pipe.close()
        said.close()
        raise ScoringError(f"{sys.executable!r} cannot be started to score for this forked process: {error}") from error
    multiprocessing.util.Finalize(None, _end, exitpriority=0)  # run in workers, too, where atexit is not
    return _Companion(process, pipe, said)


def _above_standard(given: socket.socket) -> socket.socket:
    """The socket under a number that no closed standard input, output or error has left free."""
    import fcntl  # where there is fork, there is fcntl

    with given:
        return socket.socket(fileno=fcntl.fcntl(given.fileno(), fcntl.F_DUPFD_CLOEXEC, 3))


def _environment() -> dict[str, str]:
    environment = dict(os.environ)
    one_thread_each(environment)
    environment["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)
    return environment


def _name_status(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    name = signal.Signals(-status).name if -status in set(signal.Signals) else str(-status)
    return f"killed by {name}" + (", as the kernel does when memory is short" if name == "SIGKILL" else "")


def _forget_companion_of_parent() -> None:
    global _state
    if _state.companion is not None:
        _state.companion.forget()
    _state = _State()  # a new lock: the old one may be held by a thread that is not here


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_companion_of_parent)


def _write(pipe: socket.socket, message: bytes) -> None:
    pipe.sendall(_LENGTH.pack(len(message)))
    pipe.sendall(message)


def _read(pipe: socket.socket) -> bytearray | None:
    """The next message; null at the end, also in the middle of one."""
    head = _receive(pipe, _LENGTH.size)
    return None if head is None else _receive(pipe, _LENGTH.unpack(head)[0])


def _receive(pipe: socket.socket, size: int) -> bytearray | None:
    message = bytearray(size)
    rest = memoryview(message)
    while rest:
        received = pipe.recv_into(rest)
        if received == 0:
            return None
        rest = rest[received:]
    return message


def _answer(call: bytearray) -> bytes:
    try:
        function, arguments, named = pickle.loads(call)
        answer: tuple[str, Any] = ("result", function(*arguments, **named))
        return pickle.dumps(answer, protocol=5)
    except ProvenanceError as error:
        return pickle.dumps(("error", error), protocol=5)
    except Exception:  # noqa: BLE001  # whatever it is, the process it works for is to hear of it
        return pickle.dumps(("trouble", traceback.format_exc()), protocol=5)


def _serve() -> None:
    """Answers calls until there are no more, or nobody waits for the answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=0) as pipe, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        while (call := _read(pipe)) is not None:
            _write(pipe, _answer(call))


if __name__ == "__main__":
    _serve()
