"""The client of an object storage: credentials and endpoint by the usual chain.

Credentials, region, profile and endpoint (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_S3`) are those boto3 finds:
environment, files in ~/.aws, the role of the machine. Where it finds no credentials requests are not signed: enough to
read public buckets. A request is sent once: whoever asks decides whether to ask again.
"""

import base64
import hashlib
import math
import os
from functools import lru_cache
from typing import Any

from provenance.errors import ConfigError

TIMEOUT_S = 60.0  # seconds without a byte after which a connection is taken for dead
TIMEOUT_VARIABLE = "PROVENANCE_OBJECTS_TIMEOUT_S"


def open_client(*, timeout_s: float | None = None, unsigned: bool = False) -> Any:
    """A client for the environment there is, made once per process. Raises ConfigError, also without boto3."""
    environment = frozenset(item for item in os.environ.items() if item[0].startswith("AWS_"))
    return _make_client(timeout_s or read_timeout(), unsigned, environment)


def read_timeout() -> float:
    """Seconds of silence that are borne, as PROVENANCE_OBJECTS_TIMEOUT_S tells. Raises ConfigError."""
    told = os.environ.get(TIMEOUT_VARIABLE, "")
    try:
        seconds = float(told) if told else TIMEOUT_S
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ConfigError(f"{TIMEOUT_VARIABLE}={told}: give a number of seconds above 0")
    return seconds


def digest_md5(data: bytes) -> str:
    """The Content-MD5 header of these bytes (RFC 1864), by which a server knows that they came whole."""
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


@lru_cache(maxsize=8)
def _make_client(timeout_s: float, unsigned: bool, _environment: frozenset[tuple[str, str]]) -> Any:
    try:
        import boto3
        from botocore import UNSIGNED
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError:
        raise ConfigError('s3:// needs boto3, which is not installed: pip install "corpus-provenance[s3]"') from None
    try:
        session = boto3.Session()
        sign = {"signature_version": UNSIGNED} if unsigned or session.get_credentials() is None else {}
        config = Config(
            connect_timeout=timeout_s,
            read_timeout=timeout_s,
            retries={"total_max_attempts": 1},
            max_pool_connections=16,
            request_checksum_calculation="when_required",  # servers other than Amazon's know no trailing checksums
            response_checksum_validation="when_required",  # of whole objects only, which is not how they are read
            **sign,
        )
        client = session.client("s3", config=config)
    except (BotoCoreError, ValueError) as error:
        raise ConfigError(f"s3:// cannot be set up: {error}") from None
    client.meta.events.register("before-call.s3.DeleteObjects", _add_md5)
    return client


def _add_md5(params: dict[str, Any], **_: object) -> None:
    """Older MinIO and Ceph and others want this header of deletions, which boto3 has not sent since 1.36."""
    params["headers"]["Content-MD5"] = digest_md5(params["body"])
