"""What a torch loader tells of itself."""

from provenance.errors import ConfigError


def is_stateful(loader: object) -> bool:
    """Whether a loader is torchdata's StatefulDataLoader, which saves its workers' states itself."""
    return any(base.__name__ == "StatefulDataLoader" for base in type(loader).__mro__)


def count_workers(loader: object, num_workers: int | None) -> int:
    """Worker processes of a loader, as told by its user or by itself; ConfigError where neither tells."""
    given = getattr(loader, "num_workers", None) if num_workers is None else num_workers
    if given is None:
        raise ConfigError(
            f"a {type(loader).__name__} does not tell its number of workers; say track(loader, num_workers=)"
        )
    return int(given)


def find_batch_size(loader: object) -> int:
    """Samples in a batch of a loader; 1 where it does not batch. ConfigError for a batch sampler that does not tell."""
    sampler = getattr(loader, "batch_sampler", None)
    size = 1 if sampler is None else getattr(sampler, "batch_size", None)
    if size is None:
        raise ConfigError(f"a {type(sampler).__name__} does not tell its batch_size, so samples cannot be counted")
    return int(size)
