"""What is wrong with an option, told when a policy is made: in a worker, an hour later, it would be told worse."""

from numbers import Integral, Real
from pathlib import Path

from provenance.errors import ConfigError


def check_number(name: str, value: object, allowed: str, low: float, high: float = float("inf")) -> None:
    """ConfigError unless a number from `low` to `high` is given; `allowed` says so in words."""
    if isinstance(value, bool) or not isinstance(value, Real) or not low <= float(value) <= high:
        raise ConfigError(f"{name} must {allowed}, not {value!r}")


def check_whole(name: str, value: object, low: int | None = None) -> None:
    """ConfigError unless a whole number is given, of at least `low`."""
    if isinstance(value, bool) or not isinstance(value, Integral) or (low is not None and int(value) < low):
        raise ConfigError(f"{name} must be {'a whole number' if low is None else f'at least {low}'}, not {value!r}")


def check_name(name: str, value: object, what: str) -> None:
    """ConfigError unless a text that is not empty is given; `what` says what it names."""
    if not isinstance(value, str) or not value:
        raise ConfigError(f"{name} must be {what}, not {value!r}")


def check_path(name: str, value: object, *others: type) -> None:
    """ConfigError unless a path, null, or one of `others` is given."""
    if value is not None and not isinstance(value, (str, Path, *others)):
        kinds = "".join(f", a {other.__name__}" for other in others)
        raise ConfigError(f"{name} must be a path{kinds} or None, not {value!r}")
