"""All error types, and how far each one reaches.

::

    ProvenanceError
    +-- ConfigError     the run does not start: an option, a model, a column or the output folder is wrong
    +-- OutputError     the run stops: the output cannot be written; finished shards are kept
    +-- ShardError      one shard is lost: noted in the ledger, the run goes on and exits with 1
    +-- RecordError     one record is lost: a row of the rejects table, the shard goes on
    +-- SampleError     a loader meets a sample without a text, and was told to raise: the loop stops
    +-- ScoringError    the process that scores for a loader's worker fails again and again: the loop stops

Errors carry data, not only text: what happened, where, why, and what to do.
"""

from enum import StrEnum


class Stage(StrEnum):
    """Where a record was lost."""

    ARCHIVE = "archive"
    EXTRACT = "extract"


class Reason(StrEnum):
    """Why a record became no document: the closed set every report counts by."""

    RECORD_TYPE = "record_type"  # not a capture of a page: warcinfo, request, metadata
    PAGE_FACTS = "page_facts"  # a WAT record: facts of a page without its text, which are in the markup table
    REVISIT = "revisit"  # a capture identical to an earlier one, stored without its payload
    HTTP_STATUS = "http_status"  # the server did not answer with the page (not 2xx)
    MEDIA_TYPE = "media_type"  # not html, xhtml or plain text
    MALFORMED_RECORD = "malformed_record"  # record headers that cannot be read
    MALFORMED_HTTP = "malformed_http"  # HTTP headers that cannot be read
    TRUNCATED_RECORD = "truncated_record"  # the file ends inside the record
    UNREADABLE_BYTES = "unreadable_bytes"  # bytes of the shard that no record could be made of
    UNDECODABLE_BODY = "undecodable_body"  # a content or transfer encoding that does not decode
    EMPTY_PAYLOAD = "empty_payload"  # a record without a body
    NO_TEXT = "no_text"  # a page without main text
    EXTRACTION_FAILED = "extraction_failed"  # the extractor raised an error


class ProvenanceError(Exception):
    """Everything this package raises on purpose."""


class ConfigError(ProvenanceError):
    """The run cannot start; the message names the option, the value and what to do."""


class OutputError(ProvenanceError):
    """The run stops because a file cannot be written; the message names the path, the cause and what to do."""


class ShardError(ProvenanceError):
    """A shard cannot be read or written at all.

    `shard` is its path as given; `reason` says why, in words for people.
    """

    def __init__(self, shard: str, reason: str) -> None:
        super().__init__(f"{shard}: {reason}")
        self.shard = shard
        self.reason = reason

    def __reduce__(self) -> tuple[type["ShardError"], tuple[str, str]]:
        return type(self), (self.shard, self.reason)


class RecordError(ProvenanceError):
    """A record that becomes a reject; `offset` is its first byte in the shard as stored, null if unknown.

    `digest_check` is as in `archive.Record`. The message is made when it is asked for: most rejects are only counted.
    """

    def __init__(
        self,
        stage: Stage,
        reason: Reason,
        detail: str = "",
        *,
        offset: int | None = None,
        digest_check: str | None = None,
    ) -> None:
        self.stage = stage
        self.reason = reason
        self.detail = detail
        self.offset = offset
        self.digest_check = digest_check

    def __str__(self) -> str:
        return f"{self.stage}/{self.reason} at {self.offset}: {self.detail}"

    def __reduce__(self) -> tuple[object, ...]:
        return _record_error, (self.stage, self.reason, self.detail, self.offset, self.digest_check)


def _record_error(
    stage: Stage, reason: Reason, detail: str, offset: int | None, digest_check: str | None
) -> RecordError:
    return RecordError(stage, reason, detail, offset=offset, digest_check=digest_check)


class SampleError(ProvenanceError):
    """A sample of a loader that cannot be scored as it stands; the message names it and what to do."""


class ScoringError(ProvenanceError):
    """A loader's worker cannot score, since the process that does it there fails; the message has what that said."""
