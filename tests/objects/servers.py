"""Real S3 servers on loopback behind a proxy that makes requests go wrong as told: moto's, or rclone's.

    with serve_objects(faults=[Fault(status=503)]) as site:
        run(site.url("prefix"))  # s3://bucket/prefix
        site.requests, site.given, site.then(Fault(lose="answer")), site.by(rule), site.forget()

The environment is that of a user of the server until the block ends, for processes begun in it, too. Every block has
a bucket of its own. moto knows conditional writes and checks no signatures; rclone the other way round. Neither
outlives the tests, killed or not.
"""

import atexit
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from itertools import count
from typing import Any, Literal

import pytest

from tests.archive.source.servers import CLIENT, forward, run_rclone, use_client
from tests.faulty import Fault, Request, Site, avoid_proxies, run_server

__all__ = [
    "BROKEN",
    "SLOW_DOWN",
    "Fault",
    "Request",
    "Server",
    "Site",
    "look",
    "pending_uploads",
    "put",
    "refuse",
    "serve_objects",
]
Server = Literal["moto", "rclone"]


def refuse(status: int, code: str) -> Fault:
    """An answer that is an error of the protocol."""
    return Fault(status=status, body=f"<Error><Code>{code}</Code><Message>as told</Message></Error>".encode())


SLOW_DOWN = refuse(503, "SlowDown")
BROKEN = refuse(500, "InternalError")
_MOTO = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""  # ends with the process that holds the other end of its standard input
_numbers = count(1)
_running = ExitStack()
_idle: dict[Server, list[Site]] = {"moto": [], "rclone": []}
atexit.register(_running.close)


@contextmanager
def serve_objects(
    faults: Iterable[Fault | None] = (), *, server: Server = "moto", environment: Mapping[str, str] | None = None
) -> Iterator[Site]:
    """A bucket of its own; `environment` is set besides, over what a user has."""
    site = _idle[server].pop() if _idle[server] else _start_proxy(server)  # one address is one client of boto3's
    site.address = f"s3://bucket-{next(_numbers)}"
    _open_direct(site.upstream).create_bucket(Bucket=site.bucket)
    with pytest.MonkeyPatch.context() as patch:
        use_client(patch)
        avoid_proxies(patch)
        told = {"AWS_ENDPOINT_URL": site.endpoint, "AWS_DEFAULT_REGION": "us-east-1", **(environment or {})}
        for variable, value in told.items():
            patch.setenv(variable, value)
        site.forget()
        site.then(*faults)
        try:
            yield site
        finally:
            site.then()
            _idle[server].append(site)


def look(site: Site, prefix: str = "") -> dict[str, bytes]:
    """What the bucket holds, keys and bytes, asked past the proxy."""
    client = _open_direct(site.upstream)
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=site.bucket, Prefix=prefix)
    keys = [item["Key"] for page in pages for item in page.get("Contents", ())]
    return {key: client.get_object(Bucket=site.bucket, Key=key)["Body"].read() for key in keys}


def put(site: Site, key: str, data: bytes) -> None:
    """Writes an object past the proxy."""
    _open_direct(site.upstream).put_object(Bucket=site.bucket, Key=key, Body=data)


def pending_uploads(site: Site) -> list[str]:
    """The keys of uploads that were begun and neither completed nor aborted."""
    client = _open_direct(site.upstream)
    try:
        found = client.list_multipart_uploads(Bucket=site.bucket)
    except client.exceptions.NoSuchUpload:  # so rclone says that there are none
        return []
    return [item["Key"] for item in found.get("Uploads", ())]


def _start_proxy(server: Server) -> Site:
    upstream = _start(server)
    site = _running.enter_context(run_server(partial(forward, upstream)))
    site.upstream = upstream
    return site


@cache
def _start(server: Server) -> int:
    """The port of a server that all tests of this process share."""
    if server == "moto":
        return _running.enter_context(_run_moto())
    folder = _running.enter_context(tempfile.TemporaryDirectory())
    return _running.enter_context(run_rclone(folder, public=False, cached="1h"))


@contextmanager
def _run_moto() -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-c", _MOTO],
        env={"S3_UPLOAD_PART_MIN_SIZE": "1", "MOTO_S3_DEFAULT_KEY_BUFFER_SIZE": "16777216"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, "moto did not start"
        yield int(line)
    finally:
        process.stdin.close()
        process.wait()


@cache
def _open_direct(upstream: int) -> Any:
    import boto3

    return boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{upstream}",
        region_name="us-east-1",
        aws_access_key_id=CLIENT["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CLIENT["AWS_SECRET_ACCESS_KEY"],
    )
