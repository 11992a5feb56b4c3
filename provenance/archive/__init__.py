"""Bytes -> records: WARC, WET and ARC, compressed or plain, whole or damaged (ISO 28500).

`ArchiveReader` yields one item per record in file order, a `Record` or a `RecordError` value; only `ShardError` is
raised. After iteration `.tally` says whether every byte of the file was read.
"""

from provenance.archive.reader import ArchiveReader, read_record_at, read_records
from provenance.archive.record import ReadOptions, ReadTally, Record

__all__ = ["ArchiveReader", "ReadOptions", "ReadTally", "Record", "read_record_at", "read_records"]
