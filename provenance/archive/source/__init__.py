"""Places that archives are read from: files, http(s), s3, standard input; all of them as one kind of thing."""

from provenance.archive.source.base import BytesSource, FileSource, Source, SourceError

__all__ = ["BytesSource", "FileSource", "Source", "SourceError"]
