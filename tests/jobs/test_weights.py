"""Sample weights of a run: read and checked, part of what the run is, and in its figures and its page."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from provenance.config import digest_config, to_plain
from provenance.errors import ConfigError
from provenance.jobs.corpus import RunSummary, run_corpus
from provenance.jobs.finished import open_finished
from provenance.jobs.folder import load_saved_run, open_folder
from provenance.jobs.gather import scan_choices, scan_scored
from provenance.jobs.ratio import RatioOptions, estimate_from_scores
from provenance.jobs.saved import read_saved
from provenance.jobs.settings import RunConfig, load_run_config
from provenance.jobs.sources.plan import find_shards
from provenance.jobs.weights import (
    WEIGHTS_FILE,
    describe_sample,
    keep_weights,
    pin_weights,
    read_weights,
    scan_weights,
)
from provenance.stats.weighting import WEIGHT
from provenance.store import parse_place, read_table, scan_table, write_table
from tests.archive.made_archives import gzipped, response
from tests.jobs.test_corpus import Listener
from tests.test_main_job import provenance

N = 8
SENTENCE = "the crawl that the documents were drawn from"


def write_weights(path: Path, rows: dict[str, float | None], **columns: object) -> Path:
    schema = {"doc_id": pl.String, "weight": pl.Float64}
    frame = pl.DataFrame(list(rows.items()), schema=schema, orient="row")
    frame.with_columns(**columns).write_parquet(path)  # type: ignore[arg-type]
    return path


def run(base: Path, name: str, weights: Path | None = None) -> tuple[RunSummary, Listener]:
    listener = Listener()
    config = RunConfig() if weights is None else replace(RunConfig(), weights=pin_weights(weights))
    with open_folder(base / name, config, fresh=False) as folder:
        summary = run_corpus(folder, find_shards([str(base / "in")], "c"), workers=1, reporter=listener)
    return summary, listener


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Archives of eight pages; a run of them without weights, and one of a sample that holds all but the last."""
    base = tmp_path_factory.mktemp("weights")
    (base / "in").mkdir()
    for name, numbers in {"a": range(5), "b": range(5, N)}.items():
        (base / "in" / f"{name}.warc.gz").write_bytes(gzipped(*(response(number) for number in numbers)))
    run(base, "plain")
    drawn = doc_ids(base)[:-1]
    write_weights(base / "w.parquet", {name: float(number + 1) for number, name in enumerate(drawn)} | {"gone": 7.0})
    given = ("--crawl", "c", "--workers", 1, "--weights", base / "w.parquet")
    done = provenance("run", base / "in", *given, "--out", base / "weighted")
    assert done.returncode == 0, done.stderr
    assert f"no weight: 1 of {N} documents, which no estimate counts" in done.stderr
    assert "estimates for what the sample was drawn from: 28 documents" in done.stdout
    return base


def doc_ids(base: Path) -> list[str]:
    return scan_table(base / "plain", "documents").select("doc_id").collect()["doc_id"].to_list()


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ({}, "holds no row"),
        ({"a": 0.0, "b": 1.0}, "1 weights are no positive, finite number, such as 0.0 of a"),
        ({"a": -2.0}, "such as -2.0 of a"),
        ({"a": float("nan")}, "such as nan of a"),
        ({"a": float("inf")}, "such as inf of a"),
        ({"a": None}, "such as None of a"),
    ],
)
def test_what_is_no_weight_is_refused(tmp_path: Path, rows: dict[str, float | None], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        read_weights(write_weights(tmp_path / "w.parquet", rows))


def test_a_document_named_twice_is_refused(tmp_path: Path) -> None:
    pl.DataFrame({"doc_id": ["a", "b", "a"], "weight": [1, 2, 3]}).write_parquet(tmp_path / "w.parquet")
    with pytest.raises(ConfigError, match="1 documents are named more than once, such as a"):
        read_weights(tmp_path / "w.parquet")


def test_another_file_is_refused_with_what_is_expected(tmp_path: Path) -> None:
    pl.DataFrame({"doc_id": ["a"], "wait": [1]}).write_parquet(tmp_path / "w.parquet")
    pl.DataFrame({"doc_id": [1], "weight": [1.0]}).write_parquet(tmp_path / "n.parquet")
    (tmp_path / "t.parquet").write_text("doc_id,weight\n")
    for name, told in {
        "w": "columns doc_id and weight",
        "n": "doc_id must be text",
        "t": "as Parquet",
        "x": "as Parquet",
    }.items():
        with pytest.raises(ConfigError, match=rf"--weights .*{name}\.parquet.*{told}"):
            pin_weights(tmp_path / f"{name}.parquet")


def test_whole_numbers_are_weights_and_more_columns_no_harm(tmp_path: Path) -> None:
    write_weights(tmp_path / "w.parquet", {"a": 3.0}, weight=pl.lit(3, pl.Int64), stratum=pl.lit("de"))
    assert read_weights(tmp_path / "w.parquet").rows() == [("a", 3.0)]


def test_a_run_is_what_it_is_by_the_content_of_its_weights(tmp_path: Path) -> None:
    one, other = (write_weights(tmp_path / f"{n}.parquet", {"a": n}) for n in (1.0, 2.0))
    same = shutil.copy(one, tmp_path / "same.parquet")
    configs = [replace(RunConfig(), weights=pin_weights(path)) for path in (one, same, other)]
    digests = [digest_config(config) for config in configs]
    assert digests[0] == digests[1] != digests[2]
    plain = to_plain(RunConfig())
    assert isinstance(plain, dict)
    assert "weights" not in plain  # runs from before there was the option are still what they are
    assert digest_config(RunConfig()) not in digests


def test_weights_in_a_file_of_options_are_read_at_once(tmp_path: Path) -> None:
    path = write_weights(tmp_path / "w.parquet", {"a": 2.0})
    (tmp_path / "run.toml").write_text(f'weights = "{path}"\n')
    assert load_run_config(tmp_path / "run.toml").weights == pin_weights(path)
    write_weights(path, {"a": 0.0})
    with pytest.raises(ConfigError, match="no positive"):
        load_run_config(tmp_path / "run.toml")


def test_rows_have_the_weights_of_their_documents_and_none_without(base: Path) -> None:
    plain, weighted = (open_finished([base / name]).tables for name in ("plain", "weighted"))
    assert WEIGHT not in scan_scored(plain).collect_schema().names()
    for scan in (scan_scored, scan_choices):
        rows = scan(weighted).select("doc_id", WEIGHT).collect()
        assert rows.rows() == [
            *((name, number + 1.0) for number, name in enumerate(doc_ids(base)[:-1])),
            (doc_ids(base)[-1], None),
        ]


def test_figures_are_of_those_drawn_and_stand_for_their_weights(base: Path) -> None:
    ratio = read_table(base / "weighted" / "stats" / "ratio.parquet").row(0, named=True)
    assert (ratio["n_documents"], ratio["estimated_total"]) == (N - 1, sum(range(1, N)))
    plain = read_table(base / "plain" / "stats" / "ratio.parquet")
    assert plain["n_documents"][0] == N
    assert plain.select("estimated_total", "effective_documents").null_count().row(0) == (plain.height,) * 2
    assert json.loads((base / "weighted" / "run.json").read_text())["totals"]["unweighted"] == 1
    assert "unweighted" not in json.loads((base / "plain" / "run.json").read_text())["totals"]


def test_the_page_says_what_its_figures_are_estimates_for(base: Path) -> None:
    page = (base / "weighted" / "report.html").read_text()
    assert page.count(SENTENCE) == 1
    assert "Estimated for the crawl that the sample was drawn from" in page
    assert f"1 of {N} documents have no sample weight and are in no estimate." in page
    assert "1 of 8 documents drawn, with 20.0% of the weights, are none here" in page
    assert "drawn from" not in (base / "plain" / "report.html").read_text()


def test_a_folder_holds_the_run_of_one_file_of_weights(base: Path, tmp_path: Path) -> None:
    moved = shutil.copy(base / "w.parquet", tmp_path / "moved.parquet")
    assert not any(run(base, "weighted", moved)[1].open.values())
    other = write_weights(tmp_path / "w.parquet", {"a": 1.0})
    for weights in (other, None):
        with pytest.raises(ConfigError, match=r"another configuration: config\.weights"):
            run(base, "weighted", weights)


def test_a_finished_run_does_not_need_the_file_it_was_given(base: Path, tmp_path: Path) -> None:
    out = shutil.copytree(base / "weighted", tmp_path / "out")
    assert load_saved_run(out).config.weights is not None
    assert (out / WEIGHTS_FILE).exists()
    found = estimate_from_scores(out, None, RatioOptions())
    own = read_table(out / "stats" / "ratio.parquet").head(2)
    assert found.table.equals(own.select(found.table.columns))
    assert SENTENCE in found.notes[0]


def test_samples_of_two_crawls_stand_together_and_none_beside_a_whole_crawl(base: Path, tmp_path: Path) -> None:
    """Each was drawn with weights of its own."""
    sha256 = read_saved(base / "weighted" / "run.json")["config"]["weights"]["sha256"]  # type: ignore[index, call-overload]
    other = shutil.copytree(base / "weighted", tmp_path / "other")
    (other / "run.json").write_text((other / "run.json").read_text().replace(str(sha256), "0" * 64))
    pl.read_parquet(other / WEIGHTS_FILE).with_columns(pl.col("weight") * 100).write_parquet(other / WEIGHTS_FILE)
    found = estimate_from_scores([base / "weighted", other], None, RatioOptions())
    assert found.table["estimated_total"][0] == pytest.approx(28 + 2800)
    with pytest.raises(ConfigError, match=r"config\.weights: 'a sample' -> 'no sample'"):
        estimate_from_scores([base / "weighted", base / "plain"], None, RatioOptions())


def test_parts_of_a_sample_that_share_its_weights_lack_what_neither_has(tmp_path: Path) -> None:
    path = write_weights(tmp_path / "w.parquet", {"a": 6.0, "b": 3.0, "c": 1.0})
    outs = [tmp_path / name for name in ("one", "other")]
    for out in outs:
        keep_weights(out, pin_weights(path))
    documents = pl.DataFrame({"doc_id": ["a", "b"], "crawl": "c", WEIGHT: [6.0, 3.0]})
    assert describe_sample(documents, outs)[1].startswith("1 of 3 documents drawn, with 10.0% of the weights, are none")


def test_nothing_is_said_of_a_sample_where_there_is_none() -> None:
    assert describe_sample(pl.DataFrame({"doc_id": ["a"]})) == ()


def test_weights_on_object_storage_are_kept_in_a_folder_there(tmp_path: Path) -> None:
    pytest.importorskip("boto3")
    from tests.objects.servers import serve_objects

    path = write_weights(tmp_path / "w.parquet", {"a": 1.0, "b": 2.5})
    with serve_objects() as site:
        given, out = parse_place(site.url("drawn/w.parquet")), parse_place(site.url("out"))
        with pytest.raises(ConfigError, match=r"drawn/w\.parquet: cannot be read"):
            pin_weights(given)
        write_table(given, pl.read_parquet(path), {})
        keep_weights(out, pin_weights(given))
        assert scan_weights(out).collect().rows() == [("a", 1.0), ("b", 2.5)]
        asked = len(site.requests)
        keep_weights(out, pin_weights(path))
        assert all(request.method != "PUT" for request in site.requests[asked:])
