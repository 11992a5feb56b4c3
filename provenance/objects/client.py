"""The client of an object storage: credentials and endpoint by the usual chain, requests asked again.

Credentials, region, profile and endpoint (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_S3`) are those boto3 finds:
environment, files in ~/.aws, the role of the machine.
"""

import os
from functools import lru_cache
from typing import Any

from provenance.errors import ConfigError

ATTEMPTS = 10  # of one request, before it is given up; waits between them are doubled up to 20 s
TIMEOUT_S = 60.0  # seconds without a byte after which a connection is taken for dead
TIMEOUT_VARIABLE = "PROVENANCE_OBJECTS_TIMEOUT_S"


def open_client() -> Any:
    """A client for the environment there is, made once per process. Raises ConfigError without boto3."""
    return _make_client(
        frozenset(item for item in os.environ.items() if item[0].startswith(("AWS_", TIMEOUT_VARIABLE)))
    )


@lru_cache(maxsize=4)
def _make_client(environment: frozenset[tuple[str, str]]) -> Any:
    try:
        import boto3
        from botocore import UNSIGNED
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError:
        raise ConfigError('s3:// needs boto3, which is not installed: pip install "corpus-provenance[s3]"') from None
    timeout = _read_timeout(dict(environment).get(TIMEOUT_VARIABLE))
    try:
        session = boto3.Session()
        sign = {"signature_version": UNSIGNED} if session.get_credentials() is None else {}
        config = Config(
            connect_timeout=timeout,
            read_timeout=timeout,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            max_pool_connections=16,
            request_checksum_calculation="when_required",  # servers other than Amazon's know no trailing checksums
            response_checksum_validation="when_required",
            **sign,
        )
        return session.client("s3", config=config)
    except (BotoCoreError, ValueError) as error:
        raise ConfigError(f"s3:// cannot be set up: {error}") from None


def _read_timeout(told: str | None) -> float:
    try:
        return float(told) if told else TIMEOUT_S
    except ValueError:
        raise ConfigError(f"{TIMEOUT_VARIABLE}={told}: give a number of seconds") from None
