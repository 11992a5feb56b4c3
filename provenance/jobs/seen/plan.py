"""What fits under a ceiling of memory."""

from provenance.errors import ConfigError

BASE = 400 * 1024 * 1024  # bytes of a process with everything imported, and of the Parquet batch it reads
LEAST = 200 * 1024 * 1024  # bytes to work in: less only cuts finer
DEFAULT_MEMORY = 4 * 1024**3


def find_room(memory: int) -> int:
    """Bytes that rows may take in all. Raises ConfigError when the ceiling is too low."""
    if memory < BASE + LEAST:
        raise ConfigError(f"--memory {memory / 1e9:.2f} GB is too little; give at least {(BASE + LEAST) / 1e9:.2f} GB")
    return memory - BASE
