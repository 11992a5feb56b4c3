"""Places that archives are read from: files, http(s), s3, standard input; all of them as one kind of thing."""

from provenance.archive.source.base import BytesSource, FileSource, Source, SourceError
from provenance.archive.source.facts import PlaceFacts, describe_place
from provenance.archive.source.opening import open_source, redact
from provenance.archive.source.options import FetchOptions
from provenance.archive.source.s3 import Listed, list_objects

__all__ = [
    "BytesSource",
    "FetchOptions",
    "FileSource",
    "Listed",
    "PlaceFacts",
    "Source",
    "SourceError",
    "describe_place",
    "list_objects",
    "open_source",
    "redact",
]
