"""A place in a folder of tables: a path of this machine, or the address of an object.

An `ObjectPath` is joined and taken apart as a path is, and has no method that opens anything: what reads and writes
places goes through `provenance.store`.
"""

import re
from pathlib import Path, PurePosixPath

SCHEME = "s3://"
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_MISWRITTEN = re.compile(r"[Ss]3:")  # s3:/bucket is a path, and nobody's folder


class ObjectPath(PurePosixPath):
    """`s3://bucket/key`; slashes in a row count as one, as in a path."""

    def __str__(self) -> str:
        if self.parts[:1] != ("s3:",):  # of one relative to another
            return super().__str__()
        return f"{SCHEME}{'/'.join(self.parts[1:])}"

    def __fspath__(self) -> str:
        raise TypeError(f"{self} is no file of this machine; read it through provenance.store")

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return self.parts[1]

    @property
    def key(self) -> str:
        """The object's key; empty for the bucket itself."""
        return "/".join(self.parts[2:])


Place = Path | ObjectPath


def parse_place(text: str) -> Place:
    """The place that a text names.

    Raises ValueError for `s3://` without a bucket, for another kind of address, for one that is miswritten.
    """
    if not text.startswith(SCHEME):
        if _ADDRESS.match(text) or _MISWRITTEN.match(text):
            raise ValueError(f"{text}: a folder of tables is a path, or s3://bucket/prefix")
        return Path(text)
    if text.removeprefix(SCHEME).startswith("/") or not text.removeprefix(SCHEME):
        raise ValueError(f"{text}: names no bucket; write s3://bucket/prefix")
    found = ObjectPath(text)
    if ".." in found.parts:
        raise ValueError(f"{text}: there is no way up in object storage; write s3://bucket/prefix without ..")
    return found
