"""A file on its way to object storage: its bytes are sent first, and it appears at once and whole when told to."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from provenance.objects.asking import ask
from provenance.objects.client import digest_md5
from provenance.objects.place import ObjectPath
from provenance.objects.requests import find_facts, get_pieces, put_bytes

PART = 16 * 1024 * 1024  # bytes of a part; smaller files are sent in one request when they are to appear
MOST_PARTS = 9_000  # of 10,000 the protocol allows
_AT_ONCE = 4  # parts on their way together


@dataclass(slots=True)
class Upload:
    """One file and the object it becomes; the file must stay until `appear` or `abort`."""

    path: Path
    place: ObjectPath
    _number: str = ""  # of the upload in parts, given by the storage
    _parts: list[dict[str, object]] = field(default_factory=list)

    @property
    def is_begun(self) -> bool:
        """Whether parts are held by the storage, to be made an object or to be given up."""
        return bool(self._number)

    def send(self) -> None:
        """Sends the bytes of a large file, which nobody sees yet. Raises OSError."""
        size = self.path.stat().st_size
        if size <= PART:
            return
        answer = ask(self.place, "create_multipart_upload", {"Key": self.place.key})
        self._number = str(answer["UploadId"])
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            self._parts = list(pool.map(self._send_part, self._cut(size)))

    def appear(self) -> None:
        """The object is there from now on, instead of one that was. Raises OSError."""
        if not self.is_begun:
            put_bytes(self.place, self.path.read_bytes())
            return
        try:
            ask(self.place, "complete_multipart_upload", {**self._which(), "MultipartUpload": {"Parts": self._parts}})
        except FileNotFoundError:  # no such upload: it was completed, and the answer lost; or somebody gave it up
            if not self._is_there():
                raise
        self._number = ""

    def abort(self) -> None:
        """Gives up what was sent. Raises OSError; what is left then goes when the next run of the folder begins."""
        if self.is_begun:
            number, self._number = self._which(), ""
            try:
                ask(self.place, "abort_multipart_upload", number)
            except FileNotFoundError:
                return

    def _which(self) -> dict[str, str]:
        return {"Key": self.place.key, "UploadId": self._number}

    def _is_there(self) -> bool:
        """Whether the object has the file's bytes, whoever wrote it; all are read, since digests differ by storage."""
        facts = find_facts(self.place)
        if facts is None or facts.size != self.path.stat().st_size:
            return False
        found = hashlib.sha256()
        get_pieces(self.place, found.update, etag=facts.etag)
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest() == found.digest()

    def _cut(self, size: int) -> Iterator[tuple[int, int, int]]:
        step = max(PART, -(-size // MOST_PARTS))
        for number, begin in enumerate(range(0, size, step), 1):
            yield number, begin, min(step, size - begin)

    def _send_part(self, part: tuple[int, int, int]) -> dict[str, object]:
        number, begin, length = part
        with self.path.open("rb") as file:
            file.seek(begin)
            data = file.read(length)
        told = {"PartNumber": number, "Body": data, "ContentMD5": digest_md5(data)}
        answer = ask(self.place, "upload_part", {**self._which(), **told})
        return {"PartNumber": number, "ETag": answer["ETag"]}
