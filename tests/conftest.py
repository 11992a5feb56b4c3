"""What holds for all tests."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # a test does not judge how fast it ran
settings.load_profile("untimed")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named by their argument: compressed ones hold the time, and parallel workers must collect the same."""
    return argname if isinstance(val, bytes) else None
