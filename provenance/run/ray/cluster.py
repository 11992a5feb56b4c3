"""The Ray that works: a cluster that is there, or one of this machine alone, started and ended with the run."""

import logging
import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from provenance.errors import ConfigError
from provenance.run.options import EngineOptions
from provenance.run.ray.worker import sees

_STORE = 100 * 1024 * 1024  # bytes for objects: jobs and receipts only, no data
_PATIENCE = 5.0  # seconds until a cluster that does not answer is none
_LONGEST = 16  # characters of a temporary folder: with ours and Ray's below it, a socket's path stays under 107
_FOLDER = "ray-of-"  # and the process it is of
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Node:
    """A machine of the cluster that is up: how many tasks at a time, and bytes of memory for all of them."""

    address: str
    node_id: str
    cpus: int
    memory: int


def check_ray(options: EngineOptions) -> None:
    """Raises ConfigError when Ray is not installed, or an address is none that a run can work with."""
    try:
        import ray  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            f'--engine ray: Ray is not installed ({error}); pip install "corpus-provenance[ray]"'
        ) from error
    address = find_address(options)
    if address is not None and "://" in address:
        raise ConfigError(
            f"--ray-address {address}: a run is not driven through Ray Client; run this command on a machine of the "
            "cluster (ray job submit, or a shell on its head) with --ray-address auto or host:port"
        )
    if address not in (None, "auto"):
        _check_port(str(address))


def find_address(options: EngineOptions) -> str | None:
    """The cluster's address as asked for, else as of RAY_ADDRESS; null for a Ray of this machine alone."""
    address = options.address or os.environ.get("RAY_ADDRESS") or None
    return None if address == "local" else address


@contextmanager
def connect(options: EngineOptions, *, workers: int | None) -> Iterator[None]:
    """A Ray to work with. One that this process has already is taken as it is, and left.

    Raises ConfigError when it cannot be had, or is another version of Ray or Python.
    """
    check_ray(options)
    import ray

    if ray.is_initialized():
        yield
        return
    address = find_address(options)
    with ExitStack() as stack:
        if not options.tells:
            stack.enter_context(_quiet())
        arguments = {"address": address} if address else _describe_local(stack, workers)
        try:
            with _keeping_our_handler():
                ray.init(**arguments, log_to_driver=options.tells, logging_level=logging.ERROR, configure_logging=True)
        except Exception as error:
            raise ConfigError(_explain(address, error)) from error
        stack.callback(ray.shutdown)
        yield


def list_nodes() -> list[Node]:
    """The machines that are up and take tasks."""
    import ray

    return [
        Node(
            address=node["NodeManagerAddress"],
            node_id=node["NodeID"],
            cpus=int(node["Resources"]["CPU"]),
            memory=int(node["Resources"].get("memory", 0)),
        )
        for node in ray.nodes()
        if node["Alive"] and node["Resources"].get("CPU", 0) >= 1
    ]


def find_blind(path: Path, nodes: Sequence[Node]) -> list[Node]:
    """Those machines that do not see a file or folder of this one; of one that goes away meanwhile nothing is said."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    look = ray.remote(num_cpus=0, max_retries=0)(sees)
    asked = [
        look.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node.node_id, soft=False)).remote(str(path))
        for node in nodes
    ]
    blind = []
    for node, ref in zip(nodes, asked, strict=True):
        with suppress(ray.exceptions.RayError):
            if not ray.get(ref):
                blind.append(node)
    return blind


def _check_port(address: str) -> None:
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise ConfigError(f"--ray-address {address}: is no address; give host:port (6379 by default) or auto")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE).close()
    except OSError as error:
        raise ConfigError(
            f"--ray-address {address}: no Ray cluster answers there: {error.strerror or error}; start one with "
            "`ray start --head`, or leave the address out for a Ray of this machine alone"
        ) from error


def _describe_local(stack: ExitStack, workers: int | None) -> dict[str, object]:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # else it asks, and tells its makers of the run
    base = Path("/tmp") if len(tempfile.gettempdir()) > _LONGEST else Path(tempfile.gettempdir())
    _remove_left(base)
    folder = tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-", dir=base)
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    return {
        "address": "local",
        "num_cpus": workers or os.cpu_count() or 1,
        "num_gpus": 0,
        "include_dashboard": False,
        "object_store_memory": _STORE,
        "_temp_dir": str(Path(folder).resolve()),
    }


def _remove_left(base: Path) -> None:
    """The folders of processes that were killed, and could not do it themselves."""
    for folder in base.glob(f"{_FOLDER}*-*"):
        pid = folder.name.removeprefix(_FOLDER).partition("-")[0]
        with suppress(OSError):
            if pid.isdigit() and folder.stat().st_uid == os.getuid() and not Path(f"/proc/{pid}").exists():
                shutil.rmtree(folder, ignore_errors=True)


def _explain(address: str | None, error: Exception) -> str:
    what = f"--ray-address {address}" if address else "--engine ray"
    told = " ".join(str(error).split())
    if "ersion mismatch" in told:
        return f"{what}: {told}; run this command with the versions of the cluster"
    return f"{what}: Ray does not start: {told}"


@contextmanager
def _keeping_our_handler() -> Iterator[None]:
    """Ray would end the process at SIGTERM; the command has a way of its own."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)


@contextmanager
def _quiet() -> Iterator[None]:
    """What Ray's machines report goes to the log and not, as Ray would have it, to standard output."""
    from ray._private import worker

    before: Callable[..., None] = worker.print_to_stdstream
    worker.print_to_stdstream = _log_reported
    try:
        yield
    finally:
        worker.print_to_stdstream = before


def _log_reported(data: dict[str, object], *_: object, **__: object) -> None:
    _LOG.debug("%s", data.get("lines"))
