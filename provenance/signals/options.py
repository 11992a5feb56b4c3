"""What a run is told of its signals, beside its models."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from provenance.errors import ConfigError


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """A file with the SHA-256 of its content at the time a run was told of it: another content is another run."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class SignalOptions:
    """`calque_lexicons` are searched beside the shipped one; columns as there (`provenance calques build`)."""

    calque_lexicons: tuple[Path | PinnedFile, ...] = ()


def pin_lexicons(options: SignalOptions) -> SignalOptions:
    """The options with every lexicon's absolute path and digest. Raises ConfigError for a file that cannot be read."""
    pinned = tuple(item if isinstance(item, PinnedFile) else pin_file(item) for item in options.calque_lexicons)
    return replace(options, calque_lexicons=pinned)


def pin_file(path: Path) -> PinnedFile:
    """The file with its digest. Raises ConfigError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return PinnedFile(path.absolute(), hashlib.file_digest(file, "sha256").hexdigest())
    except OSError as error:
        raise ConfigError(f"calque_lexicons: {path}: cannot be read: {error.strerror}; correct the path") from error
