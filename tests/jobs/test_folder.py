"""The output folder: one configuration, one run at a time, and nothing of others is touched."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from provenance.dedup import DedupOptions
from provenance.errors import ConfigError
from provenance.jobs.folder import open_folder
from provenance.jobs.settings import RunConfig
from provenance.jobs.sources.plan import Shard
from provenance.run import Receipt, Task

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


def test_shards_that_would_share_a_file_are_refused(tmp_path: Path) -> None:
    with open_folder(tmp_path / "out", CONFIG, fresh=False) as folder:
        folder.add_shards([replace(shard(tmp_path, "c", "1"), crawl="a.b")])
        with pytest.raises(ConfigError, match=r"shard c of crawl a\.b would share files with shard b\.c of crawl a"):
            folder.add_shards([replace(shard(tmp_path, "b.c", "2"), crawl="a")])


def test_no_secret_of_a_url_is_written(tmp_path: Path) -> None:
    secret = Shard("c", "s", "https://me:Sesam9@host/s.warc.gz?sig=secret", 7, "v")
    with open_folder(tmp_path / "out", CONFIG, fresh=False) as folder:
        assert folder.add_shards([secret]) == [secret]
        task = Task("read", "c", "s", secret.place, 7, "v")
        told = folder.append(Receipt(task, error=f"{secret.place}: why", traceback=f"at {secret.place}"))
        assert told.error == "https://...@host/s.warc.gz?...: why"
        assert [s.place for s in folder.add_shards([])] == ["https://...@host/s.warc.gz?..."]
    written = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert b"secret" not in written
    assert b"Sesam9" not in written


def test_a_url_that_does_not_tell_its_version_keeps_the_one_it_had(tmp_path: Path) -> None:
    known = Shard("c", "s", "https://host/s.warc.gz?sig=1", 7, "v")
    with open_folder(tmp_path / "out", CONFIG, fresh=False) as folder:
        folder.add_shards([known])
        again = replace(known, place="https://host/s.warc.gz?sig=2", size=0, version="")
        assert folder.add_shards([again]) == [replace(known, place=again.place)]


def test_a_file_of_a_crawl_may_come_from_another_server_of_it(tmp_path: Path) -> None:
    first = Shard("c", "s", "https://data.commoncrawl.org/crawl-data/C/s.warc.gz", 0)
    with open_folder(tmp_path / "out", CONFIG, fresh=False) as folder:
        folder.add_shards([first])
        other = replace(first, place="s3://commoncrawl/crawl-data/C/s.warc.gz")
        assert folder.add_shards([other]) == [other]
        with pytest.raises(ConfigError, match="has a shard s of crawl c already"):
            folder.add_shards([replace(first, place="https://host/elsewhere/s.warc.gz")])


def test_files_of_one_name_on_two_servers_are_two(tmp_path: Path) -> None:
    first = Shard("c", "s", "https://one/s.warc.gz", 0)
    with open_folder(tmp_path / "out", CONFIG, fresh=False) as folder:
        folder.add_shards([first])
        with pytest.raises(ConfigError, match="from https://one/s"):
            folder.add_shards([replace(first, place="https://two/s.warc.gz")])
