"""What is known of a place before it is read: its size, and what tells one state of it from another."""

import os
from dataclasses import dataclass

from provenance.archive.source.answer import Answer, ByteServer, Version
from provenance.archive.source.base import SourceError
from provenance.archive.source.opening import find_scheme, open_server, redact
from provenance.archive.source.options import FetchOptions
from provenance.archive.source.patience import PASSING, LostError, Patience
from provenance.archive.source.remote import RangeSource
from provenance.errors import ShardError


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """`size` in stored bytes, null where it is not told; `version` changes with the bytes, empty if nothing tells."""

    size: int | None
    version: str


def describe_place(place: str, options: FetchOptions | None = None, patience: Patience | None = None) -> PlaceFacts:
    """The facts of a place, read by stat (path), HEAD or a first answer (http), head_object (s3).

    Raises ShardError when there is nothing to be read, ConfigError when a package is missing.
    """
    options = options or FetchOptions()
    if place == "-":
        return PlaceFacts(None, "")
    if find_scheme(place) is None:
        return _describe_file(place)
    try:
        return _describe_object(redact(place), open_server(place, options), options, patience or Patience(options))
    except SourceError as error:
        raise ShardError(redact(place), f"cannot be found: {error}") from None


def _describe_file(place: str) -> PlaceFacts:
    try:
        found = os.stat(place)
    except OSError as error:
        raise ShardError(place, error.strerror or str(error)) from None
    return PlaceFacts(found.st_size, f"{found.st_size}-{found.st_mtime_ns}")


def _describe_object(place: str, server: ByteServer, options: FetchOptions, patience: Patience) -> PlaceFacts:
    answer = _look(server, patience)
    if answer.status == 200 and answer.claimed is not None:
        server.close()
        return PlaceFacts(answer.claimed, _name(answer.version))
    with RangeSource(place, server, options, patience) as source:  # many servers refuse HEAD, few refuse GET
        source.open()
        return PlaceFacts(source.version.size, _name(source.version))


def _look(server: ByteServer, patience: Patience) -> Answer:
    while True:
        try:
            answer = server.look()
        except LostError as error:
            patience.fail(str(error))
            continue
        answer.body.close()
        if answer.status not in PASSING:
            return answer
        patience.fail(f"the server answers {answer.said}", answer.retry_after)


def _name(version: Version) -> str:
    return version.etag or version.modified or ""
