"""Opens a place by its name: a path, http(s)://, s3:// or standard input."""

import re
import sys
from pathlib import Path

from provenance.archive.source.answer import ByteServer
from provenance.archive.source.base import FileSource, Source, SourceError
from provenance.archive.source.http import HttpServer
from provenance.archive.source.options import FetchOptions
from provenance.archive.source.patience import Patience
from provenance.archive.source.pipe import PipeSource
from provenance.archive.source.remote import RangeSource
from provenance.archive.source.s3 import S3Server
from provenance.errors import ShardError

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_USER = re.compile(r"(?<=://)[^/?#]*@")
# Parameters that sign an address (S3, Google, Azure, CloudFront) or hold a secret by custom.
_SECRET = re.compile(
    r"([?&;](?:[^=&;#]*(?:signature|credential|token|secret|password|api[-_]?key|access[-_]?key[-_]?id)"
    r"|sig|policy|key-pair-id)=)[^&;#]*",
    re.IGNORECASE,
)


def open_source(
    place: str, options: FetchOptions | None = None, patience: Patience | None = None, *, at_once: bool = True
) -> Source:
    """The bytes of a place. Raises ShardError when they cannot be had, ConfigError when a package is missing.

    `-` is standard input. The source's own `place` is the redacted one. An address is asked `at_once` for all from its
    first byte on; otherwise the first read asks for what it reads: better where only some places of it are wanted.
    """
    options = options or FetchOptions()
    if place == "-":
        return PipeSource(sys.stdin.buffer, place, options)
    if find_scheme(place) is None:
        return FileSource(Path(place))
    shown = redact(place)
    try:
        source = RangeSource(shown, open_server(place, options), options, patience)
        if at_once:
            source.open()
    except SourceError as error:
        raise ShardError(shown, f"cannot be opened: {error}") from None
    return source


def open_server(place: str, options: FetchOptions) -> ByteServer:
    """The server of an address; nothing is asked of it yet. Raises SourceError, or ConfigError without boto3."""
    match find_scheme(place):
        case "http" | "https":
            return HttpServer(place, options)
        case "s3":
            return S3Server(place, options)
        case other:
            raise SourceError(
                f"{other}:// is not read; places are paths, http://, https://, s3:// and - (standard input)"
            )


def find_scheme(place: str) -> str | None:
    """What stands before `://`, in lower case; null for a path."""
    found = _SCHEME.match(place)
    return found[1].lower() if found else None


def redact(place: str) -> str:
    """A place as it may be shown: without user name, password and signatures."""
    return _SECRET.sub(r"\1***", _USER.sub("***@", place)) if _SCHEME.match(place) else place
