"""Requests for many objects: listings, and deletions of up to a thousand at a time."""

import errno
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Any

from provenance.objects.asking import Patience, ask
from provenance.objects.place import SCHEME, ObjectPath

AT_A_TIME = 1000  # of one request, by the protocol


def list_objects(folder: ObjectPath) -> Iterator[tuple[ObjectPath, int]]:
    """Every object below a folder with its size in bytes, in order of keys; a request a thousand. Raises OSError.

    Left out are keys that no place has: only a folder's name, or with slashes in a row.
    """
    for item in _ask_by_page(folder, "list_objects_v2", "Contents", ("ContinuationToken",)):
        place = ObjectPath(f"{SCHEME}{folder.bucket}/{item['Key']}")
        if place.key == item["Key"]:
            yield place, int(item["Size"])


def remove_objects(places: Iterable[ObjectPath]) -> None:
    """Deletes objects; those that are not there are no error. Raises OSError."""
    for _, group in groupby(places, lambda place: place.bucket):
        waiting = iter(group)
        while some := list(islice(waiting, AT_A_TIME)):
            _remove(some)


def abort_uploads(folder: ObjectPath) -> int:
    """Gives up what killed processes have begun to upload below a folder; how many. Raises OSError."""
    n = 0
    for item in _list_uploads(folder):
        try:
            ask(folder, "abort_multipart_upload", {"Key": item["Key"], "UploadId": item["UploadId"]})
            n += 1
        except FileNotFoundError:  # gone already, perhaps by our own request whose answer was lost
            continue
    return n


def _list_uploads(folder: ObjectPath) -> list[Any]:
    try:
        return list(_ask_by_page(folder, "list_multipart_uploads", "Uploads", ("KeyMarker", "UploadIdMarker")))
    except FileNotFoundError:  # so rclone says that there are none
        return []


def _ask_by_page(folder: ObjectPath, operation: str, items: str, markers: tuple[str, ...]) -> Iterator[Any]:
    """The items of all pages of a listing; the next page is asked for with what the last one told of `markers`."""
    wanted: dict[str, object] = {"Prefix": f"{folder.key}/"} if folder.key else {}
    wanted["MaxUploads" if items == "Uploads" else "MaxKeys"] = AT_A_TIME
    while True:
        answer = ask(folder, operation, wanted)
        yield from answer.get(items, ())
        if not answer.get("IsTruncated"):
            return
        told = {marker: answer[f"Next{marker}"] for marker in markers if answer.get(f"Next{marker}")}
        if not told or told.items() <= wanted.items():
            raise OSError(errno.EIO, "the object storage lists without end", str(folder))
        wanted.update(told)


def _remove(places: list[ObjectPath]) -> None:
    """Deletes up to a thousand; those that the storage could not delete in passing are asked for again."""
    patience, keys = Patience(places[0]), [place.key for place in places]
    while keys:
        told = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
        answer = ask(places[0], "delete_objects", {"Delete": told})
        problems = [item for item in answer.get("Errors", ()) if item.get("Code") != "NoSuchKey"]
        keys = [item["Key"] for item in problems]
        if problems:
            first, bucket = problems[0], places[0].bucket
            why = f"{SCHEME}{bucket}/{first['Key']} cannot be deleted: {first.get('Code')} {first.get('Message', '')}"
            if first.get("Code") == "AccessDenied":
                raise PermissionError(errno.EACCES, f"{why}; check the rights to the bucket", str(places[0]))
            patience.fail(why)
