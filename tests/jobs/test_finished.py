"""Which finished runs may stand on one page: those of the same detector, in which no document counts twice."""

import json
from pathlib import Path

import pytest

from provenance.errors import ConfigError
from provenance.jobs.finished import open_finished
from tests.made_runs import copy_run, two_runs  # noqa: F401  a fixture

Saved = dict[str, object]
Runs = tuple[Path, Path]


def refuse(*folders: Path) -> str:
    with pytest.raises(ConfigError) as error:
        open_finished(folders)
    return str(error.value)


def set_option(saved: Saved, *keys: str, value: object) -> None:
    inner = saved["config"]
    for key in keys[:-1]:
        assert isinstance(inner, dict)
        inner = inner[key]
    assert isinstance(inner, dict)
    inner[keys[-1]] = value
    saved["identity"] = {**saved["identity"], "config_digest": "0" * 16}  # type: ignore[dict-item]


def test_runs_of_two_crawls_are_read_as_one(two_runs: Runs) -> None:  # noqa: F811
    found = open_finished(two_runs)
    assert [run.out for run in found.tables] == list(two_runs)
    assert found.notes == ()


def test_a_run_named_twice_counts_once_and_that_is_said(two_runs: Runs) -> None:  # noqa: F811
    first, second = two_runs
    found = open_finished([first, second, first / ".." / first.name])
    assert len(found.tables) == 2
    assert found.notes == (f"{first / '..' / first.name} is named more than once and counts once.",)


def test_another_option_is_named_with_both_values(two_runs: Runs, tmp_path: Path) -> None:  # noqa: F811
    first, second = two_runs
    other = copy_run(second, tmp_path / "other", lambda s: set_option(s, "verdict", "prior_ai", value=0.3))
    told = refuse(first, other)
    assert "config.verdict.prior_ai: 0.1 -> 0.3" in told
    assert "models" not in told
    assert "version" not in told


def test_another_version_is_named(two_runs: Runs, tmp_path: Path) -> None:  # noqa: F811
    first, second = two_runs
    other = copy_run(second, tmp_path / "other", lambda saved: saved.update(version="9.9"))
    assert "version: '0.1.0' -> '9.9'" in refuse(first, other)


def test_another_model_is_named(two_runs: Runs, tmp_path: Path) -> None:  # noqa: F811
    first, second = two_runs

    def change(saved: Saved) -> None:
        saved["models"][0]["sha256"] = "ab" * 32  # type: ignore[index]

    other = copy_run(second, tmp_path / "other", change)
    name = json.loads((second / "run.json").read_text())["models"][0]["name"]
    assert f"models.{name}: " in (told := refuse(first, other))
    assert "-> 'abababababababab'" in told


def test_models_that_are_not_those_of_the_run_are_refused(two_runs: Runs, tmp_path: Path) -> None:  # noqa: F811
    def change(saved: Saved) -> None:
        saved["models"][0]["sha256"] = "ab" * 32  # type: ignore[index]

    assert "had other models" in refuse(copy_run(two_runs[0], tmp_path / "old", change))


@pytest.mark.parametrize(
    ("keys", "value"),
    [(("write_warc",), True), (("archive", "check_digests"), True)],
    ids=["write_warc", "check_digests"],
)
def test_options_that_change_no_figure_may_differ(
    two_runs: Runs,  # noqa: F811
    tmp_path: Path,
    keys: tuple[str, ...],
    value: object,
) -> None:
    first, second = two_runs
    other = copy_run(second, tmp_path / "other", lambda s: set_option(s, *keys, value=value))
    found = open_finished([first, other])
    assert found.identity["config_digest"].endswith(", " + "0" * 16)  # both are told


def test_the_same_lexicon_may_lie_elsewhere_and_no_other_one(two_runs: Runs, tmp_path: Path) -> None:  # noqa: F811
    def with_lexicon(path: str, digest: str, run: Path) -> Path:
        pinned = [{"path": path, "sha256": digest}]
        to = tmp_path / f"{path[1:]}{digest}"
        return copy_run(run, to, lambda s: set_option(s, "signals", "calque_lexicons", value=pinned))

    first, second = two_runs
    here = with_lexicon("/a", "1", first)
    assert len(open_finished([here, with_lexicon("/b", "1", second)]).tables) == 2
    assert "calque_lexicons: ['1'] -> ['2']" in refuse(here, with_lexicon("/a", "2", second))


def test_a_shard_in_two_runs_is_refused(two_runs: Runs, tmp_path: Path) -> None:  # noqa: F811
    copy = copy_run(two_runs[0], tmp_path / "copy")
    told = refuse(two_runs[0], copy)
    assert "would count twice" in told
    assert "shard CC-MAIN-2019-30-00000 of crawl CC-MAIN-2019-30" in told


def test_a_shard_read_from_a_copy_is_refused_by_its_records(two_runs: Runs, tmp_path: Path) -> None:  # noqa: F811
    def move(saved: Saved) -> None:
        for shard in saved["shards"]:  # type: ignore[attr-defined]
            shard["place"] = f"/elsewhere/{shard['name']}.warc.gz"

    copy = copy_run(two_runs[0], tmp_path / "copy", move)
    told = refuse(two_runs[0], two_runs[1], copy)
    assert "by record id and capture time" in told
    assert str(two_runs[1]) not in told


def test_a_run_that_is_not_finished_is_refused(two_runs: Runs, tmp_path: Path) -> None:  # noqa: F811
    other = copy_run(two_runs[0], tmp_path / "other", lambda saved: saved.update(totals=None))
    assert "not finished" in refuse(other)


def test_folders_without_a_run_are_refused(two_runs: Runs, tmp_path: Path) -> None:  # noqa: F811
    assert "no run in this folder" in refuse(tmp_path)
    assert "no such folder" in refuse(tmp_path / "nowhere")
    assert "is a file" in refuse(two_runs[0] / "run.json")
    assert "no folder" in refuse()
    assert str(two_runs[1]) in refuse(two_runs[0].parent)  # it says which folders inside hold runs
