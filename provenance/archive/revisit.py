"""Revisit records resolved to the capture in the same archive that they stand for.

A revisit says "what I found is what was captured then" and leaves the payload out. It names that capture by record id,
by url and date, or by the digest of the payload (ISO 28500, 6.7). One whose capture lies in another archive stays a
reject, counted as such.
"""

from dataclasses import replace

from provenance.archive.framing.places import read_raw_at
from provenance.archive.payload.capture import make_capture
from provenance.archive.payload.headers import parse_date
from provenance.archive.record import HEAD_ROOM, RawRecord, ReadOptions, Record
from provenance.archive.source import Source, SourceError
from provenance.errors import Reason, RecordError, Stage


class Revisits:
    """Remembers where each capture of one archive lies: three numbers and about 300 bytes for each."""

    def __init__(self, source: Source, options: ReadOptions) -> None:
        self._source, self._options = source, options
        self._places: dict[int, int] = {}

    def resolve(self, raw: RawRecord) -> Record | RecordError:
        """The capture of a raw record; of a revisit the capture it stands for, under its own id, url and date.

        Offset and length are then those of the bytes that were read: the original's.
        """
        item = make_capture(raw, self._options)
        if isinstance(item, Record):
            self._remember(raw, item)
        elif item.reason is Reason.REVISIT:
            return self._find_original(raw) or item
        return item

    def _remember(self, raw: RawRecord, record: Record) -> None:
        if record.length is None or record.record_type != "response":
            return
        for name in (record.record_id, record.content_digest, f"{record.url} {raw.headers.get('warc-date')}"):
            if name:
                self._places[hash(name)] = record.offset

    def _find_original(self, raw: RawRecord) -> Record | RecordError | None:
        fields = raw.headers
        dated = f"{fields.get('warc-refers-to-target-uri')} {fields.get('warc-refers-to-date')}"
        names = (fields.get("warc-refers-to"), dated, fields.get("warc-payload-digest"))
        place = next((self._places[hash(name)] for name in names if name and hash(name) in self._places), None)
        if place is None or place < self._source.earliest:
            return None
        cap = self._options.max_payload + HEAD_ROOM
        try:
            original = next(read_raw_at(self._source, place, cap), None)
        except SourceError as error:
            return RecordError(Stage.ARCHIVE, Reason.REVISIT, f"its original: {error}", offset=raw.offset)
        record = make_capture(original, self._options) if isinstance(original, RawRecord) else None
        return _under_its_name(raw, record) if isinstance(record, Record) else None


def _under_its_name(raw: RawRecord, original: Record) -> Record:
    return replace(
        original,
        record_type="revisit",
        record_id=raw.headers.get("warc-record-id") or None,
        url=raw.headers.get("warc-target-uri", "").strip("<>") or original.url,
        fetch_time=parse_date(raw.headers.get("warc-date")),
    )
