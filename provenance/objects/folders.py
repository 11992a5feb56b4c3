"""Requests for many objects: listings, and deletions of up to a thousand at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice

from provenance.objects.client import open_client
from provenance.objects.place import ObjectPath
from provenance.objects.requests import asking_for

_AT_A_TIME = 1000  # of one request, by the protocol


def list_objects(folder: ObjectPath) -> Iterator[tuple[ObjectPath, int]]:
    """Every object below a folder with its size in bytes, in order of keys; a request a thousand. Raises OSError."""
    prefix = f"{folder.key}/" if folder.key else ""
    with asking_for(folder):
        pages = open_client().get_paginator("list_objects_v2").paginate(Bucket=folder.bucket, Prefix=prefix)
        for page in pages:
            for item in page.get("Contents", ()):
                if not item["Key"].endswith("/"):  # a key that is only a folder's name
                    yield folder / item["Key"].removeprefix(prefix), int(item["Size"])


def remove_objects(places: Iterable[ObjectPath]) -> None:
    """Deletes objects of one bucket; those that are not there are no error. Raises OSError."""
    waiting = iter(places)
    while some := list(islice(waiting, _AT_A_TIME)):
        keys = [{"Key": place.key} for place in some]
        with asking_for(some[0]):
            answer = open_client().delete_objects(Bucket=some[0].bucket, Delete={"Objects": keys, "Quiet": True})
        for problem in answer.get("Errors", ()):
            raise OSError(f"s3://{some[0].bucket}/{problem['Key']}: cannot be deleted: {problem.get('Message')}")


def abort_uploads(folder: ObjectPath) -> int:
    """Gives up what killed processes have begun to upload below a folder; how many. Raises OSError."""
    client, n = open_client(), 0
    with asking_for(folder):
        prefix = f"{folder.key}/" if folder.key else ""
        pages = client.get_paginator("list_multipart_uploads").paginate(Bucket=folder.bucket, Prefix=prefix)
        for page in pages:
            for item in page.get("Uploads", ()):
                client.abort_multipart_upload(Bucket=folder.bucket, Key=item["Key"], UploadId=item["UploadId"])
                n += 1
    return n
