"""A whole run with its shards and its folder on object storage: the same bytes as on a disk, whatever goes wrong."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import test_main_job
from tests.folders import read_files
from tests.objects.servers import BROKEN, SLOW_DOWN, Fault, Request, Site, look, pending_uploads, put, serve_objects
from tests.test_main_job import COMMAND, SHARDS, provenance

TABLES = (*test_main_job.TABLES, "curated_warc")
NAMES = ("CC-MAIN-2025-30-00000.warc.gz", "CC-MAIN-2025-30-00001.warc.gz")
READ = ("documents", "signals", "signatures", "anchors", "rejects", "markup")  # tables of a shard that appear together
FAULTS = (
    SLOW_DOWN,
    Fault(lose="request"),
    Fault(lose="answer"),
    Fault(drop_after=700),
    BROKEN,
    Fault(take=300),
    Fault(trickle=2000),
)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What lies in the tables' folders of the same shards, made on a disk: names and bytes."""
    base = tmp_path_factory.mktemp("here")
    (base / "in").mkdir()
    for name in NAMES:
        shutil.copy(SHARDS / "CC-MAIN-2025-30" / name, base / "in")
    done = provenance("run", base / "in", "--out", base / "out", "--workers", 1, "--write-warc")
    assert done.returncode == 0, done.stderr
    return read_files(base, *(f"out/{table}" for table in TABLES))


def fill(site: Site) -> None:
    for name in NAMES:
        put(site, f"in/{name}", (SHARDS / "CC-MAIN-2025-30" / name).read_bytes())


def tables_of(site: Site) -> dict[str, bytes]:
    return {key: data for key, data in look(site, "out/").items() if key.split("/")[1] in TABLES}


def run(site: Site, *options: object) -> subprocess.CompletedProcess[str]:
    return provenance("run", site.url("in/"), "--out", site.url("out"), "--workers", 1, "--write-warc", *options)


def lists(site: Site) -> int:
    return sum("list-type=2" in request.path for request in site.requests)


def test_faults_on_both_sides(here: dict[str, bytes]) -> None:
    pytest.importorskip("boto3")
    with serve_objects(server="rclone") as site:
        fill(site)
        site.by(lambda _: FAULTS[n // 7 % len(FAULTS)] if (n := len(site.requests)) % 7 == 3 else None)
        done = run(site)
        assert done.returncode == 0, done.stderr
        assert tables_of(site) == here
        assert all(fault in site.happened for fault in FAULTS)
        assert pending_uploads(site) == []
        left = {key.split("/")[1] for key in look(site, "out/")}
        assert not [name for name in left if "scratch" in name or name in (".lock", ".writable", "ledger.jsonl.new")]

        site.then()
        site.forget()
        assert run(site).returncode == 0  # nothing is left to do
        assert tables_of(site) == here
        assert lists(site) <= 40
        assert len(site.requests) <= 150


def kill_at(site: Site, wanted: Callable[[Request], bool], fault: Fault | None) -> None:
    """Runs until a request, carried out or not; then the run and its workers are killed."""
    process = subprocess.Popen(
        [*COMMAND, "run", site.url("in/"), "--out", site.url("out"), "--workers", "1", "--write-warc"],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    killed: list[Request] = []

    def kill(request: Request) -> Fault | None:
        if killed or not wanted(request):
            return None
        killed.append(request)
        os.killpg(process.pid, signal.SIGKILL)
        return fault

    site.by(kill)
    process.wait()
    site.then()
    assert killed, "it ended before"


def puts(table: str, shard: str) -> Callable[[Request], bool]:
    return lambda request: request.method == "PUT" and f"out/{table}/" in request.key and shard in request.key


def check_whole(site: Site, here: dict[str, bytes]) -> None:
    """No table is half there, none of a finished task is missing, and who sees a shard's documents sees all of it."""
    there = tables_of(site)
    assert set(there.items()) <= set(here.items())
    for name in NAMES:
        shard = name.partition(".")[0]
        if f"out/documents/crawl=local/{shard}.parquet" in there:
            assert {f"out/{table}/crawl=local/{shard}.parquet" for table in READ} <= set(there)
    lines = [line for key, data in look(site, "out/ledger.jsonl").items() for line in data.splitlines() if key]
    for receipt in map(json.loads, lines):
        if receipt["task"]["phase"] == "read":
            assert f"out/documents/crawl=local/{receipt['task']['shard']}.parquet" in there


def test_killed_while_it_publishes(here: dict[str, bytes]) -> None:
    pytest.importorskip("boto3")
    with serve_objects() as site:
        fill(site)
        kill_at(site, puts("documents", "00001"), Fault(lose="request"))
        there = {key.split("/")[1] for key in tables_of(site) if "00001" in key}
        assert there == {*READ} - {"documents"}  # of this shard; the other one is read
        check_whole(site, here)
        kill_at(site, puts("decisions", "00001"), None)
        check_whole(site, here)
        done = run(site)
        assert done.returncode == 0, done.stderr
        assert tables_of(site) == here
        assert pending_uploads(site) == []


@pytest.mark.parametrize("out", ["s3://nowhere/out", "s3://"])
def test_a_folder_that_cannot_be_is_told_before_anything_is_read(moto: Site, out: str, tmp_path: Path) -> None:
    done = provenance("run", SHARDS, "--out", out, "--workers", 1)
    assert done.returncode == 2
    assert "no such bucket" in done.stderr or "names no bucket" in done.stderr
    assert "Traceback" not in done.stderr
