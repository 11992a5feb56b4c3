"""An HTTP server on loopback before an origin of answers, which makes them go wrong as told.

What goes wrong is a list of `Fault`, one for each request in order (None: all is as it should be), or a rule that looks
at the request. `site.requests` tells afterwards what was asked and how it went.
"""

import http.server
import io
import re
import select
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal
from urllib.parse import quote, unquote, urlsplit

import pytest

_PIECE = 64 * 1024
PATIENCE = 30  # seconds after which a connection that nobody ends is given up


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one request or its answer.

    `lose` cuts the connection: before the `request` is carried out, or after, so that only its `answer` is lost; `take`
    cuts it after that many bytes of the request's body; `silent` carries nothing out and says nothing.
    `status` and `body` replace the answer; `headers` are added, a null takes one away. `ignore_range` answers with the
    whole object, `give` with that many bytes of it and says so. `length_off` is added to Content-Length alone.
    `drop_after` cuts the connection after that many bytes of the body, `stall_after` falls silent; `trickle` sends
    pieces of that size, `pause_s` apart; `chunked` sends chunks instead of a Content-Length.
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
    pause_s: float = 0.0
    chunked: bool = False
    lose: Literal["request", "answer"] | None = None
    take: int | None = None
    silent: bool = False


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

    @property
    def key(self) -> str:
        """What is asked for below the bucket, unquoted, without the question."""
        return unquote(urlsplit(self.path).path).lstrip("/").partition("/")[2]

    @property
    def size(self) -> int:
        """Bytes of its body."""
        return int(self.headers.get("content-length", "0"))


@dataclass(slots=True)
class Reply:
    """An answer before anything is wrong with it; `body` holds `length` bytes from where it stands."""

    status: int
    headers: dict[str, str]
    body: BinaryIO
    length: int


Origin = Callable[[str, str, dict[str, str], bytes], Reply]  # method, path, headers, body to the answer as it should be
Rule = Callable[[Request], Fault | None]


class Site:
    """A running server: its address, what it was asked, and what is still to go wrong."""

    def __init__(self, address: str, faults: Iterable[Fault | None]) -> None:
        self.address = self.endpoint = address
        self.requests: list[Request] = []
        self.given = 0  # bytes of the bodies of answers
        self.upstream = 0  # the port of the server behind, where there is one
        self.outwaited = 0  # silences that the client did not end
        self._faults = iter(faults)
        self._rule: Rule | None = None
        self._lock = threading.Lock()

    def url(self, name: str = "") -> str:
        return f"{self.address}/{quote(name)}" if self.address.startswith("http") else f"{self.address}/{name}"

    @property
    def bucket(self) -> str:
        """The name of the bucket that is served."""
        return self.address.partition("://")[2]

    def then(self, *faults: Fault | None) -> None:
        """What goes wrong from the next request on."""
        with self._lock:
            self._faults, self._rule = iter(faults), None

    def by(self, rule: Rule) -> None:
        """What goes wrong from the next request on, by a look at it; one request is looked at at a time."""
        with self._lock:
            self._rule = rule

    def forget(self) -> None:
        """Requests and bytes are counted anew."""
        with self._lock:
            self.requests, self.given, self.outwaited = [], 0, 0

    @property
    def ranges(self) -> list[str | None]:
        """The Range headers of all requests for bytes."""
        return [request.range for request in self.requests if request.method == "GET"]

    @property
    def happened(self) -> list[Fault]:
        """The faults that were met, in order."""
        return [request.fault for request in self.requests if request.fault is not None]

    @property
    def methods(self) -> list[str]:
        """The methods of all requests, in order."""
        return [request.method for request in self.requests]

    def note(self, method: str, path: str, headers: Mapping[str, str], client: int) -> Fault | None:
        with self._lock:
            fault = self._rule(Request(method, path, headers, None, client)) if self._rule else next(self._faults, None)
            self.requests.append(Request(method, path, headers, fault, client))
            return fault

    def count(self, n: int) -> None:
        with self._lock:
            self.given += n


@contextmanager
def listen(origin: Origin, faults: Iterable[Fault | None] = (), certificate: Path | None = None) -> Iterator[Site]:
    """A server of what `origin` answers, until the block ends; with a certificate and its key (PEM) over https."""
    with run_server(origin, faults, certificate) as site, pytest.MonkeyPatch.context() as patch:
        avoid_proxies(patch)
        yield site


def avoid_proxies(patch: pytest.MonkeyPatch) -> None:
    """Requests to this machine go straight to it."""
    patch.setenv("NO_PROXY", "127.0.0.1")
    patch.setenv("no_proxy", "127.0.0.1")


@contextmanager
def run_server(origin: Origin, faults: Iterable[Fault | None] = (), certificate: Path | None = None) -> Iterator[Site]:
    """As `listen`, the environment left as it is."""
    server = _Server(origin, faults)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.site.address = server.site.address.replace("http", "https")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, origin: Origin, faults: Iterable[Fault | None]) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.origin, self.site = origin, Site(f"http://127.0.0.1:{self.server_port}", faults)

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), OSError):  # those are clients that hung up
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Answering(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        fault = self.server.site.note(self.command, self.path, headers, self.client_address[1]) or Fault()
        length = int(headers.get("content-length", "0"))
        body = self.rfile.read(length if fault.take is None else min(fault.take, length))
        if len(body) < length or fault.silent or fault.lose == "request":
            self._hang_up(silent=fault.silent)
            return
        if fault.status is not None:
            reply = Reply(fault.status, {}, io.BytesIO(fault.body), len(fault.body))
        else:
            asked = {name: value for name, value in headers.items() if not (fault.ignore_range and "range" in name)}
            reply = self.server.origin(self.command, self.path, asked, body)
        try:
            if fault.lose == "answer":
                self._hang_up()
            else:
                self._send(reply, fault)
        except OSError:  # the client has hung up
            self.close_connection = True
        finally:
            reply.body.close()

    do_HEAD = do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass

    def _hang_up(self, *, silent: bool = False) -> None:
        if silent:
            self._wait_for_the_client()
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # closes with a reset

    def _wait_for_the_client(self) -> None:
        hung_up, _, _ = select.select([self.connection], [], [], PATIENCE)
        self.server.site.outwaited += not hung_up

    def _send(self, reply: Reply, fault: Fault) -> None:
        if fault.give is not None and fault.give < reply.length:
            _give_less(reply, fault.give)
        self.send_response_only(reply.status)
        headers: dict[str, str | None] = {"Content-Length": str(reply.length + fault.length_off)}
        if reply.status == 204:
            headers = {}
        if fault.chunked:
            headers = {"Transfer-Encoding": "chunked"}
        replaced = {name.lower() for name in fault.headers}
        kept = {name: value for name, value in {**reply.headers, **headers}.items() if name.lower() not in replaced}
        for name, value in {**kept, **fault.headers}.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self._send_body(reply, fault)

    def _send_body(self, reply: Reply, fault: Fault) -> None:
        ends = [n for n in (fault.drop_after, fault.stall_after) if n is not None]
        left = min([reply.length, *ends])
        while left and (piece := reply.body.read(min(left, fault.trickle or _PIECE))):
            self.server.site.count(len(piece))  # before the client can have them
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if fault.chunked else piece)
            left -= len(piece)
            time.sleep(fault.pause_s)
        if fault.stall_after is not None:
            self._wait_for_the_client()
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
