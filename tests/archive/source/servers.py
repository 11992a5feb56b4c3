"""Real servers on loopback whose answers go wrong as told: a web server of a folder, an S3 server of a bucket.

`serve_folder` and `serve_bucket` are context managers; tests/faulty.py tells what may go wrong. Everything ends with
the block, and by itself should the tests be killed.
"""

import http.client
import io
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import formatdate
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.faulty import PATIENCE, Fault, Reply, Site, listen

__all__ = ["Fault", "Site", "forward", "run_rclone", "serve_bucket", "serve_folder", "use_client"]
ACCESS_KEY, SECRET_KEY = "ACCESSKEYOFTESTS", "secret-key-of-the-tests"
CLIENT = {  # the environment of the server's user, and nothing of this machine's
    "AWS_ACCESS_KEY_ID": ACCESS_KEY,
    "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextmanager
def serve_folder(
    folder: Path, faults: Iterable[Fault | None] = (), *, certificate: Path | None = None
) -> Iterator[Site]:
    """The files of a folder over http, with ranges, ETag (of size and time of change) and Last-Modified.

    With a certificate (and its key, in one PEM file) over https.
    """
    with listen(partial(_read_file, folder), faults, certificate) as site:
        yield site


@contextmanager
def serve_bucket(folder: Path, faults: Iterable[Fault | None] = (), *, public: bool = False) -> Iterator[Site]:
    """A folder as a bucket of its name, served by rclone behind a proxy that makes answers go wrong.

    Signatures are checked; with `public` none are wanted. The environment is set as for a user of that server,
    credentials included, until the block ends. `Fault.ignore_range` cannot be had: ranges are signed.
    """
    with (
        run_rclone(folder.parent, public=public) as upstream,
        listen(partial(forward, upstream), faults) as proxy,
        pytest.MonkeyPatch.context() as patch,
    ):
        use_client(patch)
        patch.setenv("AWS_ENDPOINT_URL_S3", proxy.address)
        proxy.address = f"s3://{folder.name}"
        yield proxy


def _read_file(folder: Path, _method: str, path: str, asked: Mapping[str, str], _body: bytes) -> Reply:
    """What a web server of files answers (RFC 9110 sections 13 and 14)."""
    file = folder / unquote(urlsplit(path).path).lstrip("/")
    if not file.is_file():
        return Reply(404, {}, io.BytesIO(b"not here\n"), 9)
    body, stat = file.open("rb"), file.stat()
    headers = {"ETag": f'"{stat.st_size:x}-{stat.st_mtime_ns:x}"', "Accept-Ranges": "bytes"}
    headers["Last-Modified"] = formatdate(stat.st_mtime, usegmt=True)
    wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", asked.get("range", ""))
    if not wanted or asked.get("if-range", headers["ETag"]) != headers["ETag"]:
        return Reply(200, headers, body, stat.st_size)
    first, last = int(wanted[1]), min(int(wanted[2] or stat.st_size), stat.st_size - 1)
    if first >= stat.st_size:
        return Reply(416, {**headers, "Content-Range": f"bytes */{stat.st_size}"}, io.BytesIO(), 0)
    body.seek(first)
    headers["Content-Range"] = f"bytes {first}-{last}/{stat.st_size}"
    return Reply(206, headers, body, last + 1 - first)


def forward(upstream: int, method: str, path: str, asked: Mapping[str, str], body: bytes = b"") -> Reply:
    """What the server behind says to the same request; Host stays, since it is signed."""
    connection = http.client.HTTPConnection("127.0.0.1", upstream, timeout=PATIENCE)
    sent = {name: value for name, value in asked.items() if name != "expect"}
    connection.request(method, path, body or None, headers={**sent, "connection": "close"})
    answer = connection.getresponse()
    skipped = {"content-length", "transfer-encoding", "connection"}
    headers = {name: value for name, value in answer.getheaders() if name.lower() not in skipped}
    if answer.length is None:
        told = answer.read()
        return Reply(answer.status, headers, io.BytesIO(told), len(told))
    length = int(answer.getheader("Content-Length", "0"))
    return Reply(answer.status, headers, answer, length)


def use_client(patch: pytest.MonkeyPatch) -> None:
    """The environment of a user with the keys of the tests, and nothing of this machine's."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        patch.delenv(name)
    for name, value in CLIENT.items():
        patch.setenv(name, value)


@contextmanager
def run_rclone(root: str | Path, *, public: bool, cached: str = "0s") -> Iterator[int]:
    """`rclone serve s3` on the folders of `root`; gives its port. Written to, it spins where nothing is `cached`."""
    rclone = Path(sys.executable).with_name("rclone")
    options = ["--addr", "127.0.0.1:0", "--config", os.devnull, "--dir-cache-time", cached]
    options += [] if public else ["--auth-key", f"{ACCESS_KEY},{SECRET_KEY}"]
    while_we_live = ["sh", "-c", '"$@" & cat; kill $!', "sh"]  # ends with whoever holds its standard input
    command = [*while_we_live, rclone, "serve", "s3", *options, root]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert process.stdin is not None
    try:
        said = ""
        while not (started := re.search(r"Starting s3 server on \[http://127\.0\.0\.1:(\d+)/\]", said)):
            line = process.stderr.readline()
            assert line, f"rclone did not start: {said}"
            said += line
        threading.Thread(target=process.stderr.read, daemon=True).start()  # so that it never waits for its log
        yield int(started[1])
    finally:
        process.stdin.close()
        process.wait()
