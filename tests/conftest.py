"""What holds for all tests."""


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named by their argument: compressed ones hold the time, and parallel workers must collect the same."""
    return argname if isinstance(val, bytes) else None
