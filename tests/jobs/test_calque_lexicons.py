"""Lexicons of calques in a run's configuration: where they are, what they hold, and that both are its identity."""

from pathlib import Path

import pytest

from provenance.config import digest_config, load_config, to_plain
from provenance.errors import ConfigError
from provenance.jobs.settings import RunConfig, load_run_config
from provenance.signals.calques import LEXICON_COLUMNS

HEAD = "\t".join(LEXICON_COLUMNS) + "\n"
LINE = "ghost shoe\tde\tGeisterschuh\tphantom limb\tbuilt: geist + schuh\n"


def load(folder: Path, content: str = HEAD + LINE) -> RunConfig:
    (folder / "own.tsv").write_text(content, encoding="utf-8")
    (folder / "run.toml").write_text(f'[signals]\ncalque_lexicons = ["{folder / "own.tsv"}"]\n')
    return load_run_config(folder / "run.toml")


def test_another_content_is_another_configuration(tmp_path: Path) -> None:
    before = digest_config(load(tmp_path))
    assert digest_config(load(tmp_path)) == before
    assert digest_config(load(tmp_path, HEAD + LINE.replace("limb", "arm"))) != before
    assert digest_config(RunConfig()) != before


def test_a_saved_configuration_needs_no_file(tmp_path: Path) -> None:
    config = load(tmp_path)
    (tmp_path / "own.tsv").unlink()
    plain = to_plain(config)
    assert isinstance(plain, dict)
    assert load_config(RunConfig, plain, "run.json") == config


def test_a_lexicon_that_is_none_stops_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"own\.tsv, line 1"):
        load(tmp_path, "no lexicon\n")


def test_a_missing_lexicon_is_named(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text('[signals]\ncalque_lexicons = ["none.tsv"]\n')
    with pytest.raises(ConfigError, match=r"none\.tsv: cannot be read"):
        load_run_config(tmp_path / "run.toml")
