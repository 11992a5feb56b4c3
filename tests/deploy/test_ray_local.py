"""The script that starts a Ray cluster of two nodes on this machine, runs on it, and takes it down."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("ray")
ROOT = Path(__file__).parents[2]
SHARDS = sorted((ROOT / "fixtures" / "shards").glob("*/*-00003.warc*"))


def test_a_run_on_two_nodes_that_are_gone_afterwards(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = [str(ROOT / "deploy" / "ray" / "local.sh"), *map(str, SHARDS), "--out", str(tmp_path / "out")]
    done = subprocess.run(
        command, env={**os.environ, "PATH": path, "PORT": str(port)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "report.html").exists()
    receipts = [json.loads(line) for line in (tmp_path / "out" / "ledger.jsonl").read_text().splitlines()]
    assert len({receipt["worker"] for receipt in receipts}) == 2  # each node has one CPU
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port))
