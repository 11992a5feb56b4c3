"""The main job by `--engine ray`: the same bytes as on one machine, whatever is killed meanwhile."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.folders import read_files
from tests.run.ray.jobs import wait_for
from tests.test_main_job import COMMAND, SHARDS, provenance

pytest.importorskip("ray")

INPUTS = [
    SHARDS / "CC-MAIN-2025-30" / f"CC-MAIN-2025-30-0000{end}" for end in ("0.warc.gz", "3.warc.zst", "4.warc.wet.gz")
]
OF_A_RUN = {"ledger.jsonl", "running.json", ".lock"}  # what tells of this run, and not of the corpus


def files_of(out: Path) -> dict[str, bytes]:
    return {name: data for name, data in read_files(out).items() if name not in OF_A_RUN}


def begin(cluster: Any, out: Path) -> subprocess.Popen[str]:
    arguments = ["run", *INPUTS, "--out", out, "--engine", "ray", "--ray-address", cluster.address]
    return subprocess.Popen([*COMMAND, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def find_workers(cluster: Any) -> Iterator[int]:
    """The processes that work on a task now, on any node of the cluster."""
    raylets = {node.all_processes["raylet"][0].process.pid for node in cluster.list_all_nodes()}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            title, stat = (folder / "cmdline").read_bytes(), (folder / "stat").read_text()
        except OSError:
            continue
        if int(stat.rpartition(")")[2].split()[1]) in raylets and b"ray::IDLE" not in title and b"CC-MAIN" in title:
            yield int(folder.name)


def read_ledger(out: Path) -> list[tuple[str, str]]:
    lines = (out / "ledger.jsonl").read_text().splitlines()
    receipts = [json.loads(line) for line in lines]
    assert not [receipt["error"] for receipt in receipts if receipt["error"]]
    assert all(Path(receipt["task"]["source"]).is_absolute() for receipt in receipts)
    return [(receipt["task"]["phase"], receipt["task"]["shard"]) for receipt in receipts]


def check_whole(out: Path, plain: Path) -> None:
    """Nothing lost, nothing doubled, and the same bytes."""
    assert sorted(read_ledger(out)) == sorted(read_ledger(plain))
    assert files_of(out) == files_of(plain)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("plain") / "out"
    done = provenance("run", *INPUTS, "--out", out, "--workers", 1)
    assert done.returncode == 0, done.stderr
    return out


def test_a_ray_of_this_machine_alone_gives_the_same_bytes(plain: Path, tmp_path: Path) -> None:
    done = provenance("run", *INPUTS, "--out", "out", "--engine", "ray", "--workers", 2, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["lost"] == []
    check_whole(tmp_path / "out", plain)
    tables = {name.split("/")[0] for name in files_of(plain)}
    assert tables >= {"documents", "signals", "verdicts", "clusters", "curated", "stats", "report.html", "run.json"}


def test_a_driver_killed_leaves_no_worker_and_another_does_the_rest_though_ten_of_its_workers_are_killed(
    cluster: Any, plain: Path, tmp_path: Path
) -> None:
    process, out = begin(cluster, tmp_path / "out"), tmp_path / "out"
    wait_for(lambda: (out / "ledger.jsonl").exists() and len(read_ledger(out)) > 4, "five receipts")
    process.kill()
    process.communicate()
    wait_for(lambda: not list(find_workers(cluster)), "the end of its workers")
    before = read_ledger(out)
    again = begin(cluster, out)
    kill_workers(cluster, again, 10)
    _, errors = again.communicate(timeout=600)
    assert again.returncode == 0, errors
    assert "A worker died" not in errors
    assert read_ledger(out)[: len(before)] == before
    check_whole(out, plain)


def kill_workers(cluster: Any, process: subprocess.Popen[str], n: int) -> None:
    """Kills so many workers, one after the other, each while it works for the driver."""
    killed = set[int]()
    while len(killed) < n:
        wait_for(lambda: process.poll() is not None or set(find_workers(cluster)) - killed, "a worker")
        assert process.poll() is None, process.communicate()
        for pid in sorted(set(find_workers(cluster)) - killed)[:1]:
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)


def test_ctrl_c_ends_the_tasks_and_says_how_to_go_on(cluster: Any, tmp_path: Path) -> None:
    process = begin(cluster, tmp_path / "out")
    wait_for(lambda: list(find_workers(cluster)), "a worker")
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=600)
    assert process.returncode == 130
    assert list(find_workers(cluster)) == []
    assert "the same command goes on from there" in errors
    assert "Traceback" not in output + errors


def test_options_of_ray_are_refused_without_it(tmp_path: Path) -> None:
    done = provenance("run", INPUTS[1], "--out", tmp_path / "out", "--ray-address", "auto")
    assert done.returncode == 2
    assert "--ray-address: is of --engine ray" in done.stderr
    assert not (tmp_path / "out").exists()
