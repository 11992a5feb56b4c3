"""A file on its way to object storage: its bytes are sent first, and it appears at once and whole when told to."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from provenance.objects.client import open_client
from provenance.objects.place import ObjectPath
from provenance.objects.requests import asking_for, find_facts, put_bytes

PART = 16 * 1024 * 1024  # bytes of a part; smaller files are sent in one request when they are to appear
MOST_PARTS = 9_000  # of 10,000 the protocol allows
_AT_ONCE = 4  # parts on their way together


@dataclass(slots=True)
class Upload:
    """One file and the object it becomes; the file must stay until `appear` or `abort`."""

    path: Path
    place: ObjectPath
    _number: str | None = None
    _parts: list[dict[str, object]] = field(default_factory=list)

    def send(self) -> None:
        """Sends the bytes of a large file, which nobody sees yet. Raises OSError."""
        size = self.path.stat().st_size
        if size <= PART:
            return
        client, where = open_client(), {"Bucket": self.place.bucket, "Key": self.place.key}
        with asking_for(self.place):
            self._number = str(client.create_multipart_upload(**where)["UploadId"])
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                self._parts = list(pool.map(self._send_part, self._cut(size)))

    def appear(self) -> None:
        """The object is there from now on, instead of one that was. Raises OSError."""
        if self._number is None:
            put_bytes(self.place, self.path.read_bytes())
            return
        where = {"Bucket": self.place.bucket, "Key": self.place.key, "UploadId": self._number}
        try:
            with asking_for(self.place):
                open_client().complete_multipart_upload(**where, MultipartUpload={"Parts": self._parts})
        except OSError:  # asked a second time because the first answer was lost, it knows of no upload any more
            facts = find_facts(self.place)
            if facts is None or facts.size != self.path.stat().st_size:
                raise
        self._number = None

    def abort(self) -> None:
        """Gives up what was sent; what cannot be given up now is when a run of the folder begins."""
        if self._number is not None:
            where = {"Bucket": self.place.bucket, "Key": self.place.key, "UploadId": self._number}
            with suppress(OSError), asking_for(self.place):
                open_client().abort_multipart_upload(**where)
            self._number = None

    def _cut(self, size: int) -> Iterator[tuple[int, int, int]]:
        step = max(PART, -(-size // MOST_PARTS))
        for number, begin in enumerate(range(0, size, step), 1):
            yield number, begin, min(step, size - begin)

    def _send_part(self, part: tuple[int, int, int]) -> dict[str, object]:
        number, begin, length = part
        with self.path.open("rb") as file:
            file.seek(begin)
            data = file.read(length)
        told = {"Bucket": self.place.bucket, "Key": self.place.key, "UploadId": self._number}
        answer = open_client().upload_part(**told, PartNumber=number, Body=data)
        return {"PartNumber": number, "ETag": answer["ETag"]}
