"""Requests to an object storage. What fails in passing is asked again; what stays wrong is an OSError of the object."""

import errno
import random
from collections.abc import Mapping
from dataclasses import dataclass
from time import sleep
from typing import Any

from urllib3.exceptions import HTTPError

from provenance.objects.client import open_client
from provenance.objects.place import ObjectPath

ATTEMPTS = 12  # of one request; the waits between them come to a minute on average
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.25, 20.0
_PASSING = frozenset({408, 429, 500, 502, 503, 504})  # what a server may answer otherwise a moment later
_PASSING_CODES = frozenset({"SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable", "OperationAborted"})
_ABSENT = frozenset({"404", "NoSuchKey", "NoSuchUpload", "NotFound"})
_CONFLICT = frozenset({"412", "PreconditionFailed", "409", "ConditionalRequestConflict"})
_ADVICE = {
    "NoSuchBucket": "there is no such bucket; make it, or mend the address or the endpoint (AWS_ENDPOINT_URL)",
    "ExpiredToken": "the credentials have expired; get new ones and run the same command again",
}
_NO_ENTRY = "check the credentials and their rights to the bucket"


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a request is worth waiting for: seconds of silence (null: as the environment tells), and attempts."""

    timeout_s: float | None
    attempts: int


PATIENT = Pace(None, ATTEMPTS)
FIRST = Pace(timeout_s=10.0, attempts=4)  # of a run's first request: a wrong address is to be told soon


class ConflictError(OSError):
    """Somebody else has written the object."""


class UnsupportedError(OSError):
    """The storage knows no such request, or no such condition of it."""


class Patience:
    """Counts failures and waits between them, doubling, with full jitter (Brooker 2015)."""

    def __init__(self, place: ObjectPath, attempts: int = ATTEMPTS) -> None:
        self._place, self._attempts, self._failures = place, attempts, 0

    def fail(self, why: str) -> None:
        """Waits before the next attempt. Raises OSError after the last."""
        self._failures += 1
        if self._failures >= self._attempts:
            said = f"{why}; given up after {self._failures} attempts, run again later"
            raise OSError(errno.EIO, said, str(self._place)) from None
        sleep(random.uniform(0.0, min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** (self._failures - 1))))

    def earn(self) -> None:
        """Much has come: one failure more is borne."""
        self._attempts += 1


def ask(place: ObjectPath, operation: str, wanted: Mapping[str, object], pace: Pace = PATIENT) -> Any:
    """The answer to a request of boto3's client, of the bucket of `place`; `wanted` are its further parameters.

    Raises FileNotFoundError, PermissionError, ConflictError, OSError; ConfigError without boto3.
    """
    client, patience = open_client(timeout_s=pace.timeout_s), Patience(place, pace.attempts)
    from botocore.exceptions import BotoCoreError, ClientError

    while True:
        try:
            return getattr(client, operation)(Bucket=place.bucket, **wanted)
        except ClientError as error:
            if not _passes(error):
                raise _weigh(place, error) from None
            patience.fail(_tell(error))
        except (BotoCoreError, HTTPError) as error:
            if not is_lost(error):
                raise OSError(errno.EIO, f"the object storage cannot be used: {error}", str(place)) from None
            patience.fail(f"no answer from the object storage ({error})")


def is_lost(error: Exception) -> bool:
    """Whether a connection broke, fell silent or was not made: worth another attempt."""
    from botocore import exceptions

    lost = (
        exceptions.ConnectionError,
        exceptions.HTTPClientError,
        exceptions.ResponseStreamingError,
        exceptions.IncompleteReadError,
        HTTPError,
    )
    if isinstance(error, exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return False
    return isinstance(error, lost)


def _passes(error: Any) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status in _PASSING or _code(error) in _PASSING_CODES


def _weigh(place: ObjectPath, error: Any) -> OSError:
    code = _code(error)
    if code in _ABSENT:
        what = "upload" if code == "NoSuchUpload" else "object"
        return FileNotFoundError(errno.ENOENT, f"no such {what}", str(place))
    if code in _CONFLICT:
        return ConflictError(errno.EEXIST, "somebody else has written this object", str(place))
    if code in ("501", "NotImplemented"):
        return UnsupportedError(errno.ENOSYS, _tell(error), str(place))
    if code in _ADVICE:
        return OSError(errno.EIO, f"{_tell(error)}; {_ADVICE[code]}", str(place))
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") in (401, 403):
        return PermissionError(errno.EACCES, f"{_tell(error)}; {_NO_ENTRY}", str(place))
    return OSError(errno.EIO, _tell(error), str(place))


def _tell(error: Any) -> str:
    told = error.response.get("Error", {}).get("Message", "")
    return f"the object storage answers {_code(error)}: {told}".rstrip(": ")


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
