"""A real Ray cluster of two nodes on this machine, each with a raylet and one CPU of its own."""

import shutil
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest

STORE = 80 * 1024 * 1024


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    folder = tempfile.mkdtemp(prefix="rt-", dir="/tmp")  # short, for the sockets below it
    head = {"num_cpus": 1, "include_dashboard": False, "object_store_memory": STORE, "temp_dir": folder}
    started = Cluster(initialize_head=True, head_node_args=head)
    try:
        started.add_node(num_cpus=1, object_store_memory=STORE)
        started.wait_for_nodes()
        yield started
    finally:
        started.shutdown()
        shutil.rmtree(folder, ignore_errors=True)
