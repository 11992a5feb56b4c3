"""Objects on web servers, through urllib3: redirects followed, proxies from the environment, bytes as stored."""

import socket
import urllib.request
from urllib.parse import unquote, urlsplit

import urllib3
from urllib3.exceptions import (
    HTTPError,
    LocationValueError,
    MaxRetryError,
    NameResolutionError,
    ReadTimeoutError,
    ResponseError,
    SSLError,
)
from urllib3.util import Retry, Timeout, make_headers

from provenance import __version__
from provenance.archive.source.answer import Answer, Version, format_range
from provenance.archive.source.base import SourceError
from provenance.archive.source.options import FetchOptions
from provenance.archive.source.patience import LostError

USER_AGENT = f"corpus-provenance/{__version__}"
_MAX_REDIRECTS = 10


class HttpServer:
    """The object of an http(s) address. `user:password@` in it is sent as basic authentication.

    HTTP_PROXY, HTTPS_PROXY and NO_PROXY count, in either case of letters. Raises SourceError for an address that
    cannot be one.
    """

    def __init__(self, url: str, options: FetchOptions) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise SourceError(f"not an address: {error}") from None
        if not parts.hostname:
            raise SourceError("not an address: it names no host")
        self._url = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()
        auth = _basic_auth(parts.username, parts.password)
        self._headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **auth}
        self._pool = _open_pool(parts.scheme.lower(), parts.hostname, port, options)

    def ask(self, start: int | None, stop: int | None, version: Version) -> Answer:
        """Asks for the bytes from `start` to before `stop`. With If-Range a changed object comes whole."""
        headers = {}
        if start is not None:
            headers["Range"] = format_range(start, stop)
        if start and version.etag and not version.etag.startswith("W/"):
            headers["If-Range"] = version.etag
        return self._request("GET", headers)

    def look(self) -> Answer:
        """Asks for the headers only."""
        return self._request("HEAD", {})

    def close(self) -> None:
        """Closes all connections."""
        self._pool.clear()

    def _request(self, method: str, headers: dict[str, str]) -> Answer:
        try:
            response = self._pool.request(
                method, self._url, headers={**self._headers, **headers}, preload_content=False, decode_content=False
            )
        except (HTTPError, ValueError) as error:
            raise _weigh(error) from None
        said = f"{response.status} {response.reason or ''}".strip()
        fields = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, said, fields, _HttpBody(response))


class _HttpBody:
    """An answer's bytes. A connection with bytes left in it is not used again."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self._response = response

    def read(self, n: int) -> bytes:
        try:
            return self._response.read1(n, decode_content=False) or b""
        except (HTTPError, OSError, ValueError) as error:
            raise _weigh(error) from None

    def close(self) -> None:
        self._response.close()


def _basic_auth(user: str | None, password: str | None) -> dict[str, str]:
    if user is None:
        return {}
    return dict(make_headers(basic_auth=f"{unquote(user)}:{unquote(password or '')}"))


def _open_pool(scheme: str, host: str, port: int | None, options: FetchOptions) -> urllib3.PoolManager:
    """A pool of one connection that goes through the proxy of the environment, if there is one for this host."""
    timeout = Timeout(connect=options.timeout_s, read=options.timeout_s)
    # Only redirects are urllib3's business: what failed is asked again by RangeSource, at the byte it had.
    retries = Retry(
        total=None,
        connect=False,
        read=False,
        status=0,
        other=False,
        redirect=_MAX_REDIRECTS,
        respect_retry_after_header=False,
    )
    proxy = urllib.request.getproxies().get(scheme)
    if not proxy or urllib.request.proxy_bypass(f"{host}:{port}" if port else host):
        return urllib3.PoolManager(maxsize=1, timeout=timeout, retries=retries)
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    parts = urlsplit(proxy)
    auth = _basic_auth(parts.username, parts.password)
    headers = {"Proxy-Authorization": auth["authorization"]} if auth else None
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    try:
        return urllib3.ProxyManager(bare, proxy_headers=headers, maxsize=1, timeout=timeout, retries=retries)
    except (HTTPError, ValueError):
        raise SourceError(f"the environment's proxy for {scheme} is none that can be used: {bare}") from None


def _weigh(error: Exception) -> LostError | SourceError:
    """What an error means: another attempt, or none. Messages of urllib3 may hold the address and are not passed on."""
    if isinstance(error, MaxRetryError) and not isinstance(error.reason, ResponseError | None):
        return _weigh(error.reason)
    cause = error.__cause__
    unknown = isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_NONAME
    if isinstance(error, NameResolutionError) and unknown:
        return SourceError("there is no such host; check the address")
    if isinstance(error, SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return SourceError(f"the server's certificate is not to be trusted: {cause or error}")
    if isinstance(error, MaxRetryError):
        return SourceError(f"more than {_MAX_REDIRECTS} redirects")
    if isinstance(error, ReadTimeoutError):
        return LostError("the server fell silent")
    if isinstance(error, LocationValueError) or not isinstance(error, HTTPError | OSError):
        return SourceError("not an address that can be asked")
    return LostError(f"the connection failed ({type(error).__name__}{f': {cause}' if cause else ''})")
