"""The output folder: one configuration, one run at a time, and nothing of others is touched."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from provenance.dedup import DedupOptions
from provenance.errors import ConfigError
from provenance.jobs.folder import open_folder
from provenance.jobs.plan import Shard
from provenance.jobs.settings import RunConfig

CONFIG = RunConfig()


def shard(tmp_path: Path, name: str = "s", folder: str = "a") -> Shard:
    path = tmp_path / folder / f"{name}.warc.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    return Shard("c", name, str(path), 1)


def test_a_folder_is_made_with_its_configuration(tmp_path: Path) -> None:
    with open_folder(tmp_path / "out", CONFIG, fresh=False) as folder:
        saved = json.loads(folder.run_file.read_text())
    assert saved["config"]["dedup"]["num_perm"] == CONFIG.dedup.num_perm
    assert {model["name"] for model in saved["models"]} >= {"lid.176"}


def test_a_changed_option_is_refused_by_name(tmp_path: Path) -> None:
    with open_folder(tmp_path / "out", CONFIG, fresh=False):
        pass
    other = replace(CONFIG, dedup=DedupOptions(seed=7))
    with (
        pytest.raises(ConfigError, match=r"config\.dedup\.seed: 1 -> 7.*--fresh"),
        open_folder(tmp_path / "out", other, fresh=False),
    ):
        pass


def test_fresh_starts_anew_and_keeps_foreign_files(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with open_folder(out, CONFIG, fresh=False) as folder:
        folder.add_shards([shard(tmp_path)])
        (out / "documents").mkdir()
        (out / "notes.txt").write_text("mine")
    with open_folder(out, replace(CONFIG, dedup=DedupOptions(seed=7)), fresh=True) as folder:
        assert json.loads(folder.run_file.read_text())["shards"] == []
    assert not (out / "documents").exists()
    assert (out / "notes.txt").read_text() == "mine"


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(ConfigError, match=r"holds thesis\.tex and no run"), open_folder(tmp_path, CONFIG, fresh=False):
        pass


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    with (
        open_folder(tmp_path / "out", CONFIG, fresh=False),
        pytest.raises(ConfigError, match="another run is working"),
        open_folder(tmp_path / "out", CONFIG, fresh=False),
    ):
        pass


def test_an_unwritable_output_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(ConfigError, match=r"--out .*cannot write there"),
        open_folder(tmp_path / "file" / "out", CONFIG, fresh=False),
    ):
        pass


def test_shards_of_earlier_calls_stay(tmp_path: Path) -> None:
    with open_folder(tmp_path / "out", CONFIG, fresh=False) as folder:
        folder.add_shards([shard(tmp_path, "b")])
        assert [s.name for s in folder.add_shards([shard(tmp_path, "a")])] == ["a", "b"]


def test_another_file_under_a_taken_name_is_refused(tmp_path: Path) -> None:
    with open_folder(tmp_path / "out", CONFIG, fresh=False) as folder:
        folder.add_shards([shard(tmp_path, folder="a")])
        with pytest.raises(ConfigError, match="has a shard s of crawl c already"):
            folder.add_shards([shard(tmp_path, folder="b")])


def test_a_file_keeps_the_name_it_had(tmp_path: Path) -> None:
    first = shard(tmp_path)
    with open_folder(tmp_path / "out", CONFIG, fresh=False) as folder:
        folder.add_shards([first])
        assert [s.name for s in folder.add_shards([replace(first, name="s-1a2b"), shard(tmp_path, "t")])] == ["s", "t"]


def test_a_file_is_in_one_crawl_only(tmp_path: Path) -> None:
    with open_folder(tmp_path / "out", CONFIG, fresh=False) as folder:
        folder.add_shards([shard(tmp_path)])
        with pytest.raises(ConfigError, match="in crawl c, not d; give --crawl c"):
            folder.add_shards([replace(shard(tmp_path), crawl="d")])


@pytest.mark.parametrize("text", ['{"lr": 0.1}', "[]", "{"])
@pytest.mark.parametrize("fresh", [False, True])
def test_a_run_file_of_something_else_is_refused_and_nothing_deleted(tmp_path: Path, text: str, fresh: bool) -> None:
    (tmp_path / "run.json").write_text(text)
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "thesis.txt").write_text("mine")
    with pytest.raises(ConfigError, match="choose another folder"), open_folder(tmp_path, CONFIG, fresh=fresh):
        pass
    assert (tmp_path / "documents" / "thesis.txt").read_text() == "mine"


def test_a_changed_model_is_named_alone(tmp_path: Path) -> None:
    with open_folder(tmp_path / "out", CONFIG, fresh=False) as folder:
        saved = json.loads(folder.run_file.read_text())
    saved["models"][0]["sha256"] = "0" * 64
    (tmp_path / "out" / "run.json").write_text(json.dumps(saved))
    with pytest.raises(ConfigError) as raised, open_folder(tmp_path / "out", CONFIG, fresh=False):
        pass
    assert "models.lid.176: '0000000000000000' -> " in str(raised.value)
    assert str(raised.value).count("->") == 1
