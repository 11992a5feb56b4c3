"""What a policy's results depend on besides its options: the package's version, the models and the scores looked up.

Caches know a policy by how it is pickled (datasets: `Hasher`), so a pickled policy says what these were.
"""

import hashlib
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from provenance import __version__
from provenance.errors import ConfigError
from provenance.models.registry import SHIPPED

if TYPE_CHECKING:
    from provenance.adapters.loaders.policy import Policy


def describe_state(policy: "Policy") -> dict[str, object]:
    """The options of a policy by name, and `fingerprint` for all else that decides its results: what is pickled.

    The same in every process and before and after use. Raises ConfigError when the models or the scores are gone.
    """
    options = {item.name: getattr(policy, item.name) for item in fields(policy)}
    return {**options, "fingerprint": fingerprint(policy)}


def fingerprint(policy: "Policy") -> str:
    """A digest of the package's version, the models' manifest (their digests) and the content of the score files."""
    scores = "" if policy.known is None else policy.known.digest()
    parts = (__version__, _digest_manifest(Path(policy.models) if policy.models else SHIPPED), scores)
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def _digest_manifest(folder: Path) -> str:
    try:
        return hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    except OSError as error:
        raise ConfigError(f"{folder}: cannot read the list of models: {error.strerror}") from error
