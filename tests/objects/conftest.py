"""Servers for the tests of object storage; waits between attempts are noted and not waited."""

from collections.abc import Iterator

import pytest

from tests.objects.servers import Site, serve_objects


@pytest.fixture(params=["moto", "rclone"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """A bucket of each server."""
    pytest.importorskip("boto3")
    with serve_objects(server=request.param) as site:
        yield site


@pytest.fixture
def moto() -> Iterator[Site]:
    """A bucket of a server that knows conditional writes."""
    pytest.importorskip("boto3")
    with serve_objects(server="moto") as site:
        yield site


@pytest.fixture
def rclone() -> Iterator[Site]:
    """A bucket of a server that checks signatures and ignores conditions."""
    pytest.importorskip("boto3")
    with serve_objects(server="rclone") as site:
        yield site


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that would have been waited."""
    noted: list[float] = []
    monkeypatch.setattr("provenance.objects.asking.sleep", noted.append)
    return noted
