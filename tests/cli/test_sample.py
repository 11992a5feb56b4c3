"""`provenance sample`: what it prints, and how it ends."""

import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from provenance.cli.sample import sample
from provenance.errors import ConfigError
from tests.jobs.sampling.made_index import IndexShape, write_index


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    write_index(folder, IndexShape(rows=3000, largest=200))
    return folder


def call(*given: object) -> Result:
    return CliRunner().invoke(sample, [str(one) for one in given], standalone_mode=False)


def test_the_summary_tells_what_there_was_and_what_was_drawn(root: Path, tmp_path: Path) -> None:
    done = call(root, "--documents", 100, "--out", tmp_path / "out")
    assert done.return_value == 0
    assert "CC-MAIN-2024-10    3,000  rows of the index" in done.stdout
    assert "drawn                100  in " in done.stdout
    assert f"drawn: {tmp_path}/out" in done.stdout
    assert "count 1/1: " in done.stderr
    assert "drawn before" in call(root, "--documents", 100, "--out", tmp_path / "out").stdout


def test_json_has_all_counts(root: Path, tmp_path: Path) -> None:
    told = json.loads(call(root, "--documents", 100, "--out", tmp_path, "--json").stdout)
    crawl = told["crawls"]["CC-MAIN-2024-10"]
    assert crawl["documents"] == 100
    assert crawl["rows"] == 3000 == crawl["captures"] + sum(crawl["left_out"].values())
    assert told["fetch"] is None
    assert told == {**json.loads((tmp_path / "sample.json").read_text()), "fetch": None}


def test_records_that_do_not_come_are_told_and_the_status_is_1(root: Path, tmp_path: Path) -> None:
    done = call(root, "--documents", 20, "--out", tmp_path / "out", "--fetch", "--base", tmp_path)
    assert done.return_value == 1
    assert "0 of 20 records fetched" in done.stdout
    assert "20 lost (20 unreadable_bytes)" in done.stdout
    assert "No such file or directory" in done.stdout


def test_where_the_caps_leave_fewer_it_is_said(root: Path, tmp_path: Path) -> None:
    done = call(root, "--documents", 2900, "--per-host", 1, "--out", tmp_path)
    assert done.return_value == 0
    assert "instead of 2,900: with --per-host there are no more to draw" in done.stderr
    sample_, strata = (pl.read_parquet(tmp_path / f"{name}.parquet") for name in ("sample", "strata"))
    assert sample_.height == strata["n_capped"].sum() == sample_["url_host_name"].n_unique()


def test_the_panel_of_one_sample_is_given_to_another(root: Path, tmp_path: Path) -> None:
    done = call(root, "--documents", 50, "--panel-share", 0.2, "--out", tmp_path / "first")
    assert "panel " in done.stdout
    panel = tmp_path / "first" / "panel.parquet"
    call(root, "--documents", 70, "--panel", panel, "--out", tmp_path / "second", "--seed", 1)
    first, second = (
        pl.read_parquet(tmp_path / name / "sample.parquet").filter("panel") for name in ("first", "second")
    )
    assert first.height > 20
    assert second["url"].to_list() == first["url"].to_list()
    assert second["panel_weight"].to_list() == pytest.approx(first["panel_weight"].to_list())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--by", "planet"], "--by planet: not known; there are language, tld, month"),
        (["--columns", "url_surtkey"], "--columns url_surtkey: not known"),
        (["--panel", "none.parquet"], "--panel none.parquet: cannot be read"),
        (["--panel-share", "0.1", "--panel", "PANEL"], "give one"),
        (["--crawl", "a/b"], "--crawl 'a/b': a name has letters"),
        (["--out", "https://example.org/x"], "a folder of tables is a path, or s3://bucket/prefix"),
    ],
)
def test_what_cannot_be_is_refused(root: Path, tmp_path: Path, given: list[str], said: str) -> None:
    pl.DataFrame({"url_host_name": ["a.example"]}).write_parquet(tmp_path / "panel.parquet")
    options = [str(tmp_path / "panel.parquet") if one == "PANEL" else one for one in given]
    done = call(root, "--documents", 50, "--out", tmp_path / "out", *options)
    assert isinstance(done.exception, ConfigError)
    assert said in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_help_has_an_example() -> None:
    done = call("--help")
    assert "Example: provenance sample s3://commoncrawl/cc-index" in " ".join(done.stdout.split())
