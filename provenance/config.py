"""TOML to frozen dataclasses, and the digest of a configuration. Knows no stage.

A configuration is a dataclass whose fields all have defaults; a field that is itself such a dataclass is a TOML table.
An unknown key is an error that names the nearest known one, so that a misspelt option never passes in silence.
"""

import dataclasses
import difflib
import hashlib
import json
import tomllib
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from pathlib import Path
from typing import TypeVar

from provenance.errors import ConfigError

T = TypeVar("T")
Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]


def read_toml(path: Path) -> dict[str, object]:
    """The tables of a TOML file. Raises ConfigError when it is missing or not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot read the configuration: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error


def load_config(cls: type[T], values: Mapping[str, object], where: str) -> T:
    """An instance of the dataclass `cls` with `values` in place of its defaults.

    `where` names the source in messages. Raises ConfigError for an unknown key or a value of another type.
    """
    hints = typing.get_type_hints(cls)
    known = [field.name for field in dataclasses.fields(cls)]  # type: ignore[arg-type]
    for key in values:
        if key not in known:
            raise ConfigError(f"{where}: unknown option {key!r}{_nearest(key, known)}")
    made = {key: _convert(hints[key], value, f"{where}: {key}") for key, value in values.items()}
    try:
        return cls(**made)
    except (ValueError, ConfigError) as error:  # a dataclass may check its own bounds
        raise ConfigError(f"{where}: {error}") from error


def to_plain(value: object) -> Plain:
    """A configuration as JSON types, keys in declared order; also of a value inside one.

    Left out are fields marked `metadata={"identity": False}`: they change how the work is done, not what comes out;
    and nulls of those marked "given": what was made before there was such an option stays what it is.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [field for field in dataclasses.fields(value) if field.metadata.get("identity", True)]
        told = {field.name: to_plain(getattr(value, field.name)) for field in fields}
        given = {field.name for field in fields if field.metadata.get("identity") == "given"}
        return {name: plain for name, plain in told.items() if plain is not None or name not in given}
    if isinstance(value, Enum):
        return to_plain(value.value)
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [to_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def digest_config(value: object) -> str:
    """SHA-256 of the configuration in canonical JSON, 16 hex digits: equal for equal options."""
    canonical = json.dumps(to_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def find_changes(before: Plain, after: Plain, where: str = "") -> list[str]:
    """What differs between two plain configurations, as "dotted.key: old -> new", in order of keys."""
    if isinstance(before, dict) and isinstance(after, dict):
        changes: list[str] = []
        for key in sorted({*before, *after}):
            inner = f"{where}.{key}" if where else key
            changes += find_changes(before.get(key), after.get(key), inner)
        return changes
    return [] if before == after else [f"{where}: {before!r} -> {after!r}"]


def _nearest(key: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(known)}"


def _convert(hint: object, value: object, where: str) -> object:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, Mapping):
            raise ConfigError(f"{where}: a table is expected, not {value!r}")
        return load_config(hint, value, where)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _convert_union(arguments, value, where)
    if origin is typing.Literal:
        return _convert_choice(arguments, value, where)
    if origin is tuple:
        return _convert_tuple(arguments, value, where)
    if origin in (dict, Mapping) or hint is Mapping:
        return _convert_mapping(arguments, value, where)
    return _convert_scalar(hint, value, where)


def _convert_union(arguments: tuple[object, ...], value: object, where: str) -> object:
    if value is None and type(None) in arguments:
        return None
    kept = [argument for argument in arguments if argument is not type(None)]
    errors = []
    for argument in kept:
        try:
            return _convert(argument, value, where)
        except ConfigError as error:
            errors.append(error)
    raise errors[0]


def _convert_choice(choices: tuple[object, ...], value: object, where: str) -> object:
    if value in choices:
        return value
    names = [str(choice) for choice in choices]
    raise ConfigError(f"{where}: {value!r} is not among {', '.join(names)}{_nearest_choice(value, names)}")


def _nearest_choice(value: object, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(str(value), names, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""


def _convert_tuple(arguments: tuple[object, ...], value: object, where: str) -> object:
    if not isinstance(value, list | tuple):
        raise ConfigError(f"{where}: a list is expected, not {value!r}")
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return tuple(_convert(arguments[0], item, where) for item in value)
    if len(value) != len(arguments):
        raise ConfigError(f"{where}: {len(arguments)} values are expected, not {len(value)}")
    return tuple(_convert(argument, item, where) for argument, item in zip(arguments, value, strict=True))


def _convert_mapping(arguments: tuple[object, ...], value: object, where: str) -> object:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where}: a table is expected, not {value!r}")
    return {str(key): _convert(arguments[1], item, f"{where}.{key}") for key, item in value.items()}


def _convert_text(hint: type, value: str, where: str) -> object:
    if issubclass(hint, Path):
        return Path(value)
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ConfigError(f"{where}: a date (YYYY-MM-DD) is expected, not {value!r}") from error


def _convert_scalar(hint: object, value: object, where: str) -> object:
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(_convert_choice(tuple(member.value for member in hint), value, where))
    if isinstance(hint, type) and isinstance(value, str) and issubclass(hint, Path | date):
        return _convert_text(hint, value, where)
    matches = isinstance(hint, type) and isinstance(value, hint) and not (hint is int and isinstance(value, bool))
    if not matches:
        expected = getattr(hint, "__name__", str(hint))
        raise ConfigError(f"{where}: {expected} is expected, not {value!r}")
    return value
