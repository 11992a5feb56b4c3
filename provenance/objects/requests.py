"""Requests for single objects. What fails is asked again; what stays wrong is an OSError that names the object."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from provenance.objects.client import ATTEMPTS, open_client
from provenance.objects.place import ObjectPath

PIECE = 8 * 1024 * 1024  # bytes read from a connection at a time
_ABSENT = ("404", "NoSuchKey", "NotFound")
_CONFLICT = ("412", "PreconditionFailed", "409", "ConditionalRequestConflict")
_FORBIDDEN = ("403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken")


class ConflictError(OSError):
    """Somebody else has changed the object."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an object: its bytes, and a name of just these bytes."""

    size: int
    etag: str


def find_facts(place: ObjectPath) -> Facts | None:
    """Size and version of an object; null where there is none. Raises OSError."""
    try:
        with asking_for(place):
            answer = open_client().head_object(Bucket=place.bucket, Key=place.key)
    except FileNotFoundError:
        return None
    return Facts(int(answer["ContentLength"]), str(answer["ETag"]))


def get_bytes(place: ObjectPath, begin: int = 0, end: int | None = None, etag: str | None = None) -> bytes:
    """The bytes in [begin, end) of an object, of the version `etag` where one is named.

    Raises FileNotFoundError where there is no such object, ConflictError where it is another version, OSError.
    """
    found = bytearray()
    get_pieces(place, found.extend, begin, end, etag)
    return bytes(found)


def get_pieces(
    place: ObjectPath, take: Callable[[bytes], object], begin: int = 0, end: int | None = None, etag: str | None = None
) -> None:
    """Hands out the bytes as they come; a connection that breaks is opened again where it broke off."""
    if end is not None and end <= begin:
        return
    failures = 0
    while True:
        had = begin
        try:
            with asking_for(place):
                for piece in _read(place, begin, end, etag):
                    take(piece)
                    begin += len(piece)
            return
        except _BrokenError as error:
            failures = 1 if begin > had else failures + 1
            if failures >= ATTEMPTS:
                raise OSError(errno.EIO, f"the connection breaks off again and again ({error})", str(place)) from None
            if end is not None and begin >= end:
                return


def put_bytes(place: ObjectPath, data: bytes, *, etag: str | None = None, new: bool = False) -> str:
    """Writes an object whole; gives its version.

    With `etag` only over that version, with `new` only where there is none: else ConflictError, as far as the storage
    knows conditions. Raises OSError.
    """
    conditions = {**({"IfMatch": etag} if etag else {}), **({"IfNoneMatch": "*"} if new else {})}
    with asking_for(place):
        answer = open_client().put_object(Bucket=place.bucket, Key=place.key, Body=data, **conditions)
    return str(answer["ETag"])


class _BrokenError(Exception):
    pass


def _read(place: ObjectPath, begin: int, end: int | None, etag: str | None) -> Iterator[bytes]:
    from botocore.exceptions import BotoCoreError
    from urllib3.exceptions import HTTPError

    wanted: dict[str, Any] = {"IfMatch": etag} if etag else {}
    if begin or end is not None:
        wanted["Range"] = f"bytes={begin}-{'' if end is None else end - 1}"
    answer = open_client().get_object(Bucket=place.bucket, Key=place.key, **wanted)
    body = answer["Body"]
    left = int(answer["ContentLength"])
    try:
        while left and (piece := body.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
    except (BotoCoreError, HTTPError, OSError) as error:
        raise _BrokenError(type(error).__name__) from None
    finally:
        body.close()
    if left:
        raise _BrokenError("fewer bytes than promised")


@contextmanager
def asking_for(place: ObjectPath) -> Iterator[None]:
    """Turns what boto3 raises into an OSError of the object."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise _weigh(place, error) from None
    except BotoCoreError as error:
        raise OSError(errno.EIO, f"the object storage cannot be used: {error}", str(place)) from None


def _weigh(place: ObjectPath, error: Any) -> OSError:
    told = error.response.get("Error", {})
    code = str(told.get("Code", ""))
    if code in _ABSENT:
        return FileNotFoundError(errno.ENOENT, "no such object", str(place))
    if code in _CONFLICT:
        return ConflictError(errno.EEXIST, "somebody else has written this object", str(place))
    said = f"the object storage answers {code}: {told.get('Message', '')}".rstrip(": ")
    if code in _FORBIDDEN:
        return PermissionError(errno.EACCES, f"{said}; check credentials and rights to the bucket", str(place))
    return OSError(errno.EIO, said, str(place))
