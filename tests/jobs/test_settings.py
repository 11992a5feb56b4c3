"""The recipe of the main job says every default, and nothing else."""

import tomllib
from pathlib import Path

import pytest

from provenance.config import to_plain
from provenance.errors import ConfigError
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


def test_a_stage_that_refuses_its_options_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text("[dedup]\nbands = 17\n")
    with pytest.raises(ConfigError, match=r"run\.toml: dedup: "):
        load_run_config(tmp_path / "run.toml")


def test_a_models_folder_is_known_from_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "run.toml").write_text('models = "mine"\n')
    monkeypatch.chdir(tmp_path)
    assert load_run_config(tmp_path / "run.toml").models == tmp_path / "mine"
