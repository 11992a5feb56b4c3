"""The recipe of the main job says every default, and nothing else."""

import tomllib
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import cast

import pytest

from provenance.archive.source import FetchOptions
from provenance.config import digest_config, to_plain
from provenance.errors import ConfigError
from provenance.jobs.settings import RunConfig, load_run_config

RECIPE = Path(__file__).parents[2] / "pipelines" / "run.toml"


def test_the_recipe_holds_the_defaults() -> None:
    assert load_run_config(RECIPE) == RunConfig()


def test_the_recipe_names_every_option() -> None:
    """Those that TOML has no value for, because their default is none, in a remark."""
    text = RECIPE.read_text(encoding="utf-8")
    named = tomllib.loads(text)
    for stage in (field.name for field in fields(RunConfig) if field.name != "curate"):
        options = getattr(RunConfig(), stage)
        assert stage in named or (options is None and f"# {stage} = " in text)
        if is_dataclass(options) and not isinstance(options, type):
            unset = {field.name for field in fields(options) if getattr(options, field.name) is None}
            assert {field.name for field in fields(options)} - unset == set(named[stage]), stage
            assert all(f"# {name} = " in text for name in unset)


def test_how_bytes_are_fetched_is_no_part_of_a_run() -> None:
    assert digest_config(RunConfig()) == digest_config(replace(RunConfig(), fetch=FetchOptions(attempts=2)))
    assert "fetch" not in cast(dict[str, object], to_plain(RunConfig()))


def test_a_stage_that_refuses_its_options_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text("[dedup]\nbands = 17\n")
    with pytest.raises(ConfigError, match=r"run\.toml: dedup: "):
        load_run_config(tmp_path / "run.toml")


def test_a_run_has_no_score_to_keep_the_best_copy_by(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text('[dedup]\nkeep = "best"\n')
    with pytest.raises(ConfigError, match="before documents are judged"):
        load_run_config(tmp_path / "run.toml")


def test_a_models_folder_is_known_from_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "run.toml").write_text('models = "mine"\n')
    monkeypatch.chdir(tmp_path)
    assert load_run_config(tmp_path / "run.toml").models == tmp_path / "mine"
