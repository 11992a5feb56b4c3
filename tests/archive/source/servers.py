"""Real servers on loopback whose answers go wrong as told: a web server of a folder, an S3 server of a bucket.

`serve_folder` and `serve_bucket` are context managers. What goes wrong is a list of `Fault`, one for each request in
order (None: the answer is as it should be), and `site.requests` tells afterwards what was asked and how it went.
Everything ends with the block, and by itself should the tests be killed.
"""

import http.client
import http.server
import io
import os
import re
import select
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import partial
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote, urlsplit

import pytest

_PIECE = 64 * 1024
_PATIENCE = 30  # seconds after which a connection that nobody ends is given up
ACCESS_KEY, SECRET_KEY = "ACCESSKEYOFTESTS", "secret-key-of-the-tests"
_CLIENT = {  # the environment of the server's user, and nothing of this machine's
    "AWS_ACCESS_KEY_ID": ACCESS_KEY,
    "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one answer.

    `status` and `body` replace the answer; `headers` are added, a null takes one away. `ignore_range` answers with the
    whole object, `give` with that many bytes of it and says so. `length_off` is added to Content-Length alone.
    `drop_after` cuts the connection after that many bytes of the body, `stall_after` falls silent; `trickle` sends
    pieces of that size; `chunked` sends chunks instead of a Content-Length.
    """

    status: int | None = None
    body: bytes = b""
    headers: Mapping[str, str | None] = field(default_factory=dict)
    ignore_range: bool = False
    give: int | None = None
    length_off: int = 0
    drop_after: int | None = None
    stall_after: int | None = None
    trickle: int | None = None
    chunked: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, and the fault of the answer; names of headers are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    fault: Fault | None
    client: int  # its port: the same for all requests of a connection

    @property
    def range(self) -> str | None:
        return self.headers.get("range")


@dataclass(slots=True)
class Reply:
    """An answer before anything is wrong with it; `body` holds `length` bytes from where it stands."""

    status: int
    headers: dict[str, str]
    body: BinaryIO
    length: int


Origin = Callable[[str, str, dict[str, str]], Reply]  # method, path and headers to the answer as it should be


class Site:
    """A running server: its address, what it was asked, and what is still to go wrong."""

    def __init__(self, address: str, faults: Iterable[Fault | None]) -> None:
        self.address = address
        self.requests: list[Request] = []
        self.outwaited = 0  # silences that the client did not end
        self._faults = iter(faults)
        self._lock = threading.Lock()

    def url(self, name: str) -> str:
        return f"{self.address}/{quote(name)}" if self.address.startswith("http") else f"{self.address}/{name}"

    def then(self, *faults: Fault | None) -> None:
        """What goes wrong from the next request on."""
        with self._lock:
            self._faults = iter(faults)

    @property
    def ranges(self) -> list[str | None]:
        """The Range headers of all requests for bytes."""
        return [request.range for request in self.requests if request.method == "GET"]

    @property
    def happened(self) -> list[Fault]:
        """The faults that were met, in order."""
        return [request.fault for request in self.requests if request.fault is not None]

    def note(self, method: str, path: str, headers: Mapping[str, str], client: int) -> Fault | None:
        with self._lock:
            fault = next(self._faults, None)
            self.requests.append(Request(method, path, headers, fault, client))
            return fault


@contextmanager
def serve_folder(
    folder: Path, faults: Iterable[Fault | None] = (), *, certificate: Path | None = None
) -> Iterator[Site]:
    """The files of a folder over http, with ranges, ETag (of size and time of change) and Last-Modified.

    With a certificate (and its key, in one PEM file) over https.
    """
    with _listen(partial(_read_file, folder), faults, certificate) as site:
        yield site


@contextmanager
def serve_bucket(folder: Path, faults: Iterable[Fault | None] = (), *, public: bool = False) -> Iterator[Site]:
    """A folder as a bucket of its name, served by rclone behind a proxy that makes answers go wrong.

    Signatures are checked; with `public` none are wanted. The environment is set as for a user of that server,
    credentials included, until the block ends. `Fault.ignore_range` cannot be had: ranges are signed.
    """
    with (
        _run_rclone(folder.parent, public) as upstream,
        _listen(partial(_forward, upstream), faults) as proxy,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in _CLIENT.items():
            patch.setenv(name, value)
        patch.setenv("AWS_ENDPOINT_URL_S3", proxy.address)
        proxy.address = f"s3://{folder.name}"
        yield proxy


@contextmanager
def _listen(origin: Origin, faults: Iterable[Fault | None], certificate: Path | None = None) -> Iterator[Site]:
    server = _Server(origin, faults)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.site.address = server.site.address.replace("http", "https")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("NO_PROXY", "127.0.0.1")
            patch.setenv("no_proxy", "127.0.0.1")
            yield server.site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, origin: Origin, faults: Iterable[Fault | None]) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.origin, self.site = origin, Site(f"http://127.0.0.1:{self.server_port}", faults)

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), OSError):  # those are clients that hung up
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Answering(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _PATIENCE
    server: _Server

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        fault = self.server.site.note(self.command, self.path, headers, self.client_address[1]) or Fault()
        if fault.status is not None:
            reply = Reply(fault.status, {}, io.BytesIO(fault.body), len(fault.body))
        else:
            asked = {name: value for name, value in headers.items() if not (fault.ignore_range and "range" in name)}
            reply = self.server.origin(self.command, self.path, asked)
        try:
            self._send(reply, fault)
        except OSError:  # the client has hung up
            self.close_connection = True
        finally:
            reply.body.close()

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass

    def _send(self, reply: Reply, fault: Fault) -> None:
        if fault.give is not None and fault.give < reply.length:
            _give_less(reply, fault.give)
        self.send_response_only(reply.status)
        headers: dict[str, str | None] = {"Content-Length": str(reply.length + fault.length_off)}
        if fault.chunked:
            headers = {"Transfer-Encoding": "chunked"}
        replaced = {name.lower() for name in fault.headers}
        kept = {name: value for name, value in {**reply.headers, **headers}.items() if name.lower() not in replaced}
        for name, value in {**kept, **fault.headers}.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self._send_body(reply, fault)

    def _send_body(self, reply: Reply, fault: Fault) -> None:
        ends = [n for n in (fault.drop_after, fault.stall_after) if n is not None]
        left = min([reply.length, *ends])
        while left and (piece := reply.body.read(min(left, fault.trickle or _PIECE))):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if fault.chunked else piece)
            left -= len(piece)
        if fault.stall_after is not None:
            hung_up, _, _ = select.select([self.connection], [], [], _PATIENCE)
            self.server.site.outwaited += not hung_up
        elif fault.chunked and fault.drop_after is None:
            self.wfile.write(b"0\r\n\r\n")
        if ends or fault.length_off or fault.headers.get("Content-Length", "") is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_WR)


def _give_less(reply: Reply, n: int) -> None:
    reply.length = n
    told = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", reply.headers.get("Content-Range", ""))
    if told:
        reply.headers["Content-Range"] = f"bytes {told[1]}-{int(told[1]) + n - 1}/{told[2]}"


def _read_file(folder: Path, _method: str, path: str, asked: Mapping[str, str]) -> Reply:
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


def _forward(upstream: int, method: str, path: str, asked: Mapping[str, str]) -> Reply:
    """What the server behind says to the same request; Host stays, since it is signed."""
    connection = http.client.HTTPConnection("127.0.0.1", upstream, timeout=_PATIENCE)
    connection.request(method, path, headers={**asked, "connection": "close"})
    answer = connection.getresponse()
    skipped = {"content-length", "transfer-encoding", "connection"}
    headers = {name: value for name, value in answer.getheaders() if name.lower() not in skipped}
    if answer.length is None:
        told = answer.read()
        return Reply(answer.status, headers, io.BytesIO(told), len(told))
    length = int(answer.getheader("Content-Length", "0"))
    return Reply(answer.status, headers, answer, length)


@contextmanager
def _run_rclone(root: Path, public: bool) -> Iterator[int]:
    """`rclone serve s3` on the folders of `root`; gives its port."""
    rclone = Path(sys.executable).with_name("rclone")
    options = ["--addr", "127.0.0.1:0", "--config", os.devnull, "--dir-cache-time", "0s"]
    options += [] if public else ["--auth-key", f"{ACCESS_KEY},{SECRET_KEY}"]
    process = subprocess.Popen(
        ["timeout", "600", rclone, "serve", "s3", *options, root], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        said = ""
        while not (started := re.search(r"Starting s3 server on \[http://127\.0\.0\.1:(\d+)/\]", said)):
            line = process.stderr.readline()
            assert line, f"rclone did not start: {said}"
            said += line
        threading.Thread(target=process.stderr.read, daemon=True).start()  # so that it never waits for its log
        yield int(started[1])
    finally:
        process.terminate()
        process.wait()
