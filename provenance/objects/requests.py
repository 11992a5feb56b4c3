"""Single objects: whether they are there, their bytes, and how they are written whole."""

import errno
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from urllib3.exceptions import HTTPError

from provenance.objects.asking import PATIENT, ConflictError, Pace, Patience, UnsupportedError, ask, is_lost
from provenance.objects.client import digest_md5
from provenance.objects.place import ObjectPath

__all__ = ["ConflictError", "Facts", "find_facts", "get_bytes", "get_pieces", "put_bytes"]
_PIECE = 64 * 1024  # bytes read at a time: what a broken read had waited for is lost
_EARNED = 4 * 1024 * 1024  # bytes that must come for one more broken connection to be borne
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an object: its bytes, and a name of just these bytes."""

    size: int
    etag: str


def find_facts(place: ObjectPath, pace: Pace = PATIENT) -> Facts | None:
    """Size and version of an object; null where there is none. Raises OSError."""
    try:
        answer = ask(place, "head_object", {"Key": place.key}, pace)
    except FileNotFoundError:
        return None
    return Facts(int(answer["ContentLength"]), str(answer.get("ETag", "")))


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
    """Hands out the bytes in [begin, end) as they come, all of one version; none beyond the object's end.

    A connection that breaks is opened again where it broke off. Raises OSError when that does not help any more, or
    where the object ends before `begin`; ConflictError when it is replaced meanwhile.
    """
    patience, earned = Patience(place), 0
    while end is None or begin < end:
        answer = _open(place, begin, end, etag)
        size, found = _find_size(place, answer, begin), str(answer.get("ETag", ""))
        if etag and found != etag:  # not all storages heed a condition of reading
            raise ConflictError(errno.EEXIST, "somebody else has written this object", str(place))
        etag, end = found, min(size, size if end is None else end)
        try:
            for piece in _read(answer["Body"], end - begin):
                take(piece)
                begin += len(piece)
                earned += len(piece)
        except _BrokenError as error:
            if earned >= _EARNED:
                patience.earn()
                earned = 0
            patience.fail(f"the connection breaks off ({error})")


def put_bytes(
    place: ObjectPath, data: bytes, *, etag: str | None = None, new: bool = False, pace: Pace = PATIENT
) -> str:
    """Writes an object whole; gives its version.

    With `etag` only over that version, with `new` only where there is none: else ConflictError, as far as the storage
    knows conditions; also where the answer to our own writing was lost. Raises OSError.
    """
    conditions = {**({"IfMatch": etag} if etag else {}), **({"IfNoneMatch": "*"} if new else {})}
    told = {"Key": place.key, "Body": data, "ContentMD5": digest_md5(data)}
    try:
        answer = ask(place, "put_object", {**told, **conditions}, pace)
    except UnsupportedError:
        if not conditions:
            raise
        answer = ask(place, "put_object", told, pace)
    return str(answer.get("ETag", ""))


class _BrokenError(Exception):
    pass


def _open(place: ObjectPath, begin: int, end: int | None, etag: str | None) -> Any:
    wanted = {"Key": place.key, **({"IfMatch": etag} if etag else {})}
    if begin or end is not None:
        wanted["Range"] = f"bytes={begin}-{'' if end is None else end - 1}"
    return ask(place, "get_object", wanted)


def _find_size(place: ObjectPath, answer: Any, begin: int) -> int:
    """Bytes of the whole object. Raises OSError where the answer does not start at the byte that was asked for."""
    told = answer.get("ContentRange")
    found = _RANGE.fullmatch(told or "")
    if found and int(found[1]) == begin:
        return int(found[2])
    if told is None and begin == 0:
        return int(answer["ContentLength"])
    raise OSError(errno.EIO, f"the object storage answers with other bytes than asked for ({told})", str(place))


def _read(body: Any, wanted: int) -> Iterator[bytes]:
    from botocore.exceptions import BotoCoreError

    try:
        while wanted and (piece := body.read(min(_PIECE, wanted))):
            wanted -= len(piece)
            yield piece
    except (BotoCoreError, HTTPError, OSError) as error:
        if isinstance(error, BotoCoreError) and not is_lost(error):
            raise
        raise _BrokenError(type(error).__name__) from None
    finally:
        body.close()
    if wanted:
        raise _BrokenError("fewer bytes than promised")
