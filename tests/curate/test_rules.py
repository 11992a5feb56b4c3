"""The documented defaults are the defaults, and impossible rules are refused."""

from dataclasses import fields
from importlib.resources import files
from pathlib import Path

import pytest

from provenance.config import load_config, read_toml
from provenance.curate import CurateRules
from provenance.errors import ConfigError

DEFAULT = Path(str(files("provenance.curate") / "default.toml"))


def test_the_documented_defaults_are_the_defaults():
    assert load_config(CurateRules, read_toml(DEFAULT), str(DEFAULT)) == CurateRules()


def test_every_rule_is_documented_in_order():
    assert list(read_toml(DEFAULT)) == [field.name for field in fields(CurateRules)]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"max_ai_score": 1.5}, "max_ai_score must lie between 0 and 1, not 1.5"),
        ({"min_words": 10, "max_words": 5}, "min_words 10 must lie between 0 and max_words 5"),
        ({"min_words": -1}, "min_words -1 must lie"),
        ({"weight_power": -1.0}, "weight_power must not be negative"),
        ({"weight_power": float("nan")}, "weight_power must not be negative"),
        ({"undetermined": "dropped"}, "did you mean 'drop'"),
        ({"max_ai_scores": 0.5}, "did you mean 'max_ai_score'"),
    ],
)
def test_impossible_rules_are_refused(values: dict[str, object], message: str):
    with pytest.raises(ConfigError, match=message):
        load_config(CurateRules, values, "rules.toml")
