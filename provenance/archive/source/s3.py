"""Objects in S3 and what speaks like it, through boto3 (extra `s3`), which is imported only when used.

Credentials, region and endpoint are found by boto3's own rules. Where it finds no credentials at all, and with
`FetchOptions.unsigned`, requests are not signed: enough for public buckets.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from provenance.archive.source.answer import Answer, Version, format_range
from provenance.archive.source.base import SourceError
from provenance.archive.source.options import FetchOptions
from provenance.archive.source.patience import PASSING, LostError, Patience
from provenance.errors import ShardError
from provenance.objects.asking import is_lost
from provenance.objects.client import open_client

_PIECE = 64 * 1024  # a read that fails loses what it had waited for


class Listed(NamedTuple):
    """An object of a listing; `size` in bytes."""

    url: str
    size: int
    modified: datetime


class S3Server:
    """The object of an `s3://bucket/key` address. Raises ConfigError without boto3, SourceError for a bad address."""

    def __init__(self, url: str, options: FetchOptions) -> None:
        bucket, key = split_s3(url)
        if not bucket or not key:
            raise SourceError("not an object's address: it is s3://BUCKET/KEY")
        self._client = open_client(timeout_s=options.timeout_s, unsigned=options.unsigned)
        self._wanted = {"Bucket": bucket, "Key": key, **_payer(options)}

    def ask(self, start: int | None, stop: int | None, version: Version) -> Answer:
        """Asks for the bytes from `start` to before `stop`, of this version only (If-Match)."""
        wanted = {} if start is None else {"Range": format_range(start, stop)}
        if start and version.etag:
            wanted["IfMatch"] = version.etag
        return self._request("get_object", wanted)

    def look(self) -> Answer:
        """Asks for the headers only."""
        return self._request("head_object", {})

    def close(self) -> None:
        """Nothing to let go of: the client is shared."""

    def _request(self, operation: str, wanted: dict[str, str]) -> Answer:
        answer, response = _call(self._client, operation, {**self._wanted, **wanted})
        body = _S3Body(response["Body"]) if response is not None and "Body" in response else _NoBody()
        return Answer(answer.status, answer.said, answer.headers, body)


def split_s3(url: str) -> tuple[str, str]:
    """Bucket and key, or the beginning of a key, of an `s3://` address; keys stand in it as they are, not quoted."""
    bucket, _, key = url.partition("://")[2].partition("/")
    return bucket, key


def list_objects(url: str, options: FetchOptions | None = None, patience: Patience | None = None) -> list[Listed]:
    """The objects below a folder (`s3://bucket/folder/`) or that a pattern names, sorted by address.

    In a pattern `*` stands for anything but a slash, `**` for anything. Empty where there are none. Raises
    ConfigError without boto3, ShardError when the bucket cannot be listed.
    """
    options = options or FetchOptions()
    bucket, pattern = split_s3(url)
    prefix = pattern.partition("*")[0]
    matches = _compile(pattern) if "*" in pattern else re.compile(re.escape(prefix) + ".*", re.DOTALL)
    wanted = {"Bucket": bucket, "Prefix": prefix, **_payer(options)}
    try:
        found = [item for page in _pages(wanted, options, patience or Patience(options)) for item in page]
    except SourceError as error:
        raise ShardError(url, f"cannot be listed: {error}") from None
    listed = [
        Listed(f"s3://{bucket}/{item['Key']}", int(item["Size"]), item["LastModified"])
        for item in found
        if matches.fullmatch(item["Key"]) and not item["Key"].endswith("/")  # a key that is only a folder's name
    ]
    return sorted(listed)


def _pages(wanted: dict[str, str], options: FetchOptions, patience: Patience) -> Iterator[list[dict[str, Any]]]:
    client = open_client(timeout_s=options.timeout_s, unsigned=options.unsigned)
    while True:
        try:
            answer, response = _call(client, "list_objects_v2", wanted)
        except LostError as error:
            patience.fail(str(error))
            continue
        if response is None and answer.status in PASSING:
            patience.fail(f"the server answers {answer.said}", answer.retry_after)
            continue
        if response is None:
            raise SourceError(f"the server answers {answer.said}")
        patience.progress()
        yield response.get("Contents", [])
        if not response.get("IsTruncated"):
            return
        wanted = {**wanted, "ContinuationToken": response["NextContinuationToken"]}


def _compile(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\*+)", pattern)
    made = ("[^/]*" if part == "*" else ".*" if part.startswith("*") else re.escape(part) for part in parts)
    return re.compile("".join(made), re.DOTALL)


def _payer(options: FetchOptions) -> dict[str, str]:
    return {"RequestPayer": "requester"} if options.requester_pays else {}


def _call(client: Any, operation: str, wanted: dict[str, str]) -> tuple[Answer, Any]:
    """One request: what the server answered, and the parsed response where it was no error."""
    from botocore.exceptions import BotoCoreError, ClientError
    from urllib3.exceptions import HTTPError

    try:
        response = getattr(client, operation)(**wanted)
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        return _answer(error.response, code), None
    except BotoCoreError as error:
        raise _weigh(error) from None
    except HTTPError as error:  # an error's text that breaks off
        raise LostError(f"the connection failed ({type(error).__name__})") from None
    return _answer(response, ""), response


def _answer(response: Any, code: str) -> Answer:
    told = response.get("ResponseMetadata", {})
    status = int(told.get("HTTPStatusCode", 0))
    headers = {str(name).lower(): str(value) for name, value in told.get("HTTPHeaders", {}).items()}
    return Answer(status, f"{status} {code}".strip() if code != str(status) else code, headers, _NoBody())


def _weigh(error: Exception) -> LostError | SourceError:
    """What an error means: another attempt for what went wrong on the way, none for what boto3 would not send."""
    from botocore import exceptions

    if isinstance(error, exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return SourceError(f"the server's certificate is not to be trusted: {error}")
    if isinstance(error, exceptions.ReadTimeoutError):
        return LostError("the server fell silent")
    if is_lost(error):
        return LostError(f"the connection failed ({type(error).__name__})")
    return SourceError(str(error))


class _S3Body:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, n: int) -> bytes:
        from botocore.exceptions import BotoCoreError
        from urllib3.exceptions import HTTPError

        try:
            return bytes(self._stream.read(min(n, _PIECE)))
        except BotoCoreError as error:
            raise _weigh(error) from None
        except (HTTPError, OSError) as error:
            raise LostError(f"the connection failed ({type(error).__name__})") from None

    def close(self) -> None:
        self._stream.close()


class _NoBody:
    def read(self, n: int) -> bytes:
        return b""

    def close(self) -> None:
        pass
