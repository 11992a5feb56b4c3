"""The recipe of the main job says every default, and nothing else."""

import tomllib
from pathlib import Path

from provenance.config import to_plain
from provenance.jobs.settings import RunConfig, load_run_config

RECIPE = Path(__file__).parents[2] / "pipelines" / "run.toml"


def test_the_recipe_holds_the_defaults() -> None:
    assert load_run_config(RECIPE) == RunConfig()


def test_the_recipe_names_every_option() -> None:
    named = tomllib.loads(RECIPE.read_text(encoding="utf-8"))
    plain = to_plain(RunConfig())
    assert isinstance(plain, dict)
    for stage, options in plain.items():
        if stage not in ("curate", "models"):
            assert isinstance(options, dict)
            assert set(options) <= set(named[stage]), stage
