"""Which Ray a run works with, and what is said where there is none."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from provenance.errors import ConfigError
from provenance.run import Engine, EngineOptions, check_engine
from provenance.run.ray import cluster as module
from provenance.run.ray.cluster import check_ray, connect, find_address, list_nodes


def options(address: str | None = None) -> EngineOptions:
    return EngineOptions(Engine.RAY, address=address)


@pytest.fixture(autouse=True)
def _no_cluster_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)


def test_without_ray_it_is_said_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigError, match=r'Ray is not installed.*pip install "corpus-provenance\[ray\]"'):
        check_engine(options())
    check_engine(EngineOptions())  # the local engine asks for none


def test_an_address_is_given_or_in_the_environment_or_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_address(options()) is None
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    assert find_address(options()) == "10.0.0.1:6379"
    assert find_address(options("10.0.0.2:6379")) == "10.0.0.2:6379"
    assert find_address(options("local")) is None


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("ray://10.0.0.1:10001", "not driven through Ray Client"),
        ("10.0.0.1", "give host:port"),
        ("head:port", "give host:port"),
    ],
)
def test_an_address_that_cannot_serve_is_refused(address: str, told: str) -> None:
    pytest.importorskip("ray")
    with pytest.raises(ConfigError, match=told):
        check_ray(options(address))


def test_a_cluster_that_does_not_answer_is_refused_before_any_work() -> None:
    pytest.importorskip("ray")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and not listening
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"127.0.0.1:{port}: no Ray cluster answers there.*ray start --head"):
            check_ray(options(f"127.0.0.1:{port}"))


def test_a_ray_of_this_machine_alone_ends_with_the_run_and_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray = pytest.importorskip("ray")
    base = Path(f"/tmp/{os.getpid() % 1000}")
    base.mkdir(exist_ok=True)
    monkeypatch.setattr("tempfile.tempdir", str(base))
    gone = base / f"{module._FOLDER}{_ended_process()}-x"
    gone.mkdir()
    handler = signal.getsignal(signal.SIGTERM)
    with connect(options(), workers=3):
        assert sum(node.cpus for node in list_nodes()) == 3
        assert signal.getsignal(signal.SIGTERM) is handler
        assert [path.name.rpartition("-")[0] for path in base.iterdir()] == [f"{module._FOLDER}{os.getpid()}"]
    assert not ray.is_initialized()
    assert list(base.iterdir()) == []
    base.rmdir()


def test_a_ray_that_the_process_has_is_taken_and_left(cluster: object) -> None:
    ray = pytest.importorskip("ray")
    ray.init(address=cluster.address, log_to_driver=False)  # type: ignore[attr-defined]
    try:
        with connect(options(), workers=None):
            assert len(list_nodes()) == 2
        assert ray.is_initialized()
    finally:
        ray.shutdown()


def test_the_folder_of_a_ray_is_short_enough_for_its_sockets() -> None:
    session = "session_2026-11-23_02-56-24_123456_4194304/sockets/plasma_store"
    longest = "x" * module._LONGEST + f"/{module._FOLDER}4194304-abcdefgh/"
    assert len(longest + session) < 107


def _ended_process() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid
