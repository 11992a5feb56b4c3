"""Configuration: every mistake in a TOML table is an error that helps, none passes in silence."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

import pytest

from provenance.config import digest_config, find_changes, load_config, read_toml, to_plain
from provenance.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Inner:
    threshold: float = 0.8
    names: tuple[str, ...] = ()
    kind: Literal["keep", "drop"] = "keep"


@dataclass(frozen=True, slots=True)
class Outer:
    inner: Inner = field(default_factory=Inner)
    n: int = 3
    path: Path | None = None
    since: date = date(2022, 11, 30)
    rows: int = field(default=10, metadata={"identity": False})

    def __post_init__(self) -> None:
        if self.n < 0:
            raise ValueError(f"n is {self.n}, at least 0 is needed")


def test_no_values_give_the_defaults() -> None:
    assert load_config(Outer, {}, "x") == Outer()


def test_nested_values_are_read() -> None:
    values = {"inner": {"threshold": 1, "names": ["a"], "kind": "drop"}, "path": "m"}
    assert load_config(Outer, values, "x") == Outer(Inner(1.0, ("a",), "drop"), path=Path("m"))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"inner": {"treshold": 0.5}}, "x: inner: unknown option 'treshold'; did you mean 'threshold'?"),
        ({"zzz": 1}, "x: unknown option 'zzz'; known are inner, n, path, since, rows"),
        ({"n": "3"}, "x: n: int is expected, not '3'"),
        ({"n": True}, "x: n: int is expected, not True"),
        ({"inner": 3}, "x: inner: a table is expected, not 3"),
        ({"inner": {"kind": "kep"}}, "x: inner: kind: 'kep' is not among keep, drop; did you mean 'keep'?"),
        ({"since": "soon"}, "x: since: a date (YYYY-MM-DD) is expected, not 'soon'"),
        ({"n": -1}, "x: n is -1, at least 0 is needed"),
    ],
)
def test_a_mistake_is_named(values: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(Outer, values, "x")
    assert str(caught.value) == message


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text("a = [")
    with pytest.raises(ConfigError, match=r"run\.toml: not valid TOML"):
        read_toml(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: cannot read"):
        read_toml(tmp_path / "none.toml")


def test_options_of_how_not_what_do_not_change_the_digest() -> None:
    assert digest_config(Outer(rows=99)) == digest_config(Outer())
    assert digest_config(Outer(n=4)) != digest_config(Outer())


def test_changes_are_told_by_name() -> None:
    changed = find_changes(to_plain(Outer()), to_plain(Outer(Inner(0.5), n=4)))
    assert changed == ["inner.threshold: 0.8 -> 0.5", "n: 3 -> 4"]


def test_a_configuration_is_read_back_from_its_plain_form() -> None:
    config = Outer(Inner(0.5, ("a", "b")), n=4, path=Path("m"), since=date(2020, 1, 2))
    plain = to_plain(config)
    assert isinstance(plain, dict)
    assert load_config(Outer, plain, "x") == config
