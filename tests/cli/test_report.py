"""`provenance report`: one page over two runs, with its tables beside it."""

import html
import json
from pathlib import Path

import polars as pl
import pytest

import provenance as library
from provenance.report.numbers import show_share
from tests.made_runs import CRAWLS, copy_run, two_runs  # noqa: F401  a fixture
from tests.test_main_job import provenance

Runs = tuple[Path, Path]


@pytest.fixture(scope="module")
def reported(two_runs: Runs, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:  # noqa: F811
    out = tmp_path_factory.mktemp("report") / "trend.html"
    done = provenance("report", *two_runs, "--out", out, "--title", "Two crawls", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    return {"page": Path(told["report"]), "tables": Path(told["tables"])}


def rows_of(reported: dict[str, Path], name: str) -> pl.DataFrame:
    return pl.read_parquet(reported["tables"] / f"{name}.parquet")


def test_the_page_is_there_under_its_title(reported: dict[str, Path]) -> None:
    page = reported["page"].read_text()
    assert "<title>Two crawls" in page
    assert all(crawl in page for crawl in CRAWLS)


def test_both_crawls_are_counted(reported: dict[str, Path], two_runs: Runs) -> None:  # noqa: F811
    table = rows_of(reported, "ratio").filter(pl.col("unit") == "documents")
    totals = [json.loads((run / "run.json").read_text())["totals"]["documents"] for run in two_runs]
    by_crawl = table.filter(pl.col("group_columns").list.join("+") == "crawl")
    assert table["n_documents"][0] == sum(totals)
    assert dict(zip(by_crawl["group_values"].list.first(), by_crawl["n_documents"], strict=True)) == dict(
        zip(CRAWLS, totals, strict=True)
    )


def test_the_tables_are_those_of_python(reported: dict[str, Path], two_runs: Runs, tmp_path: Path) -> None:  # noqa: F811
    written = library.write_report(two_runs, tmp_path / "again.html", title="Two crawls")
    assert written.tables == tmp_path / "again_files"
    assert {path.name for path in written.files} == {path.name for path in reported["tables"].iterdir()}
    for path in written.files:
        if path.suffix == ".parquet":
            assert pl.read_parquet(path).equals(pl.read_parquet(reported["tables"] / path.name))


def test_every_table_is_there_as_parquet_and_csv_with_the_same_rows(reported: dict[str, Path]) -> None:
    tables = sorted(path.stem for path in reported["tables"].glob("*.csv"))
    assert {"ratio", "trend", "controls", "sensitivity", "errors", "shift", "scores", "examples"} <= set(tables)
    for name in tables:
        kept = rows_of(reported, name)
        read = pl.read_csv(reported["tables"] / f"{name}.csv", infer_schema_length=None)
        assert (read.height, read.columns) == (kept.height, kept.columns), name


def test_every_chart_is_there_as_svg_and_png(reported: dict[str, Path]) -> None:
    drawn = {path.stem for path in reported["tables"].glob("*.svg")}
    assert drawn == {path.stem for path in reported["tables"].glob("*.png")}
    assert len(drawn) > 5


def test_figures_beside_the_page_are_those_on_it(reported: dict[str, Path]) -> None:
    page = reported["page"].read_text()
    rates = rows_of(reported, "errors").filter(pl.col("group").is_null())["rate"].to_list()
    assert len(rates) == 4  # two axes, both sides
    assert all(html.escape(show_share(rate)) in page for rate in rates)


def test_known_mixtures_are_among_the_controls(reported: dict[str, Path]) -> None:
    spikes = rows_of(reported, "controls").filter(pl.col("control") == "spike")
    assert set(spikes["true_share"].round(2)) >= {0.0, 0.01, 0.05, 0.2, 0.5}


def test_the_trend_is_over_crawls_where_there_are_several(reported: dict[str, Path]) -> None:
    trend = rows_of(reported, "trend")
    assert set(trend["period"]) == set(CRAWLS)
    assert set(trend["series"]) == {"all_hosts", "same_hosts", "first_seen"}


@pytest.mark.parametrize(("period", "shape"), [("auto", r"\d{4}-\d{2}"), ("year", r"\d{4}")])
def test_the_trend_of_one_run_is_over_months_or_as_asked(
    two_runs: Runs,  # noqa: F811
    tmp_path: Path,
    period: str,
    shape: str,
) -> None:
    out = tmp_path / "one.html"
    assert provenance("report", two_runs[1], "--out", out, "--period", period, "--by", "crawl").returncode == 0
    periods = pl.read_parquet(tmp_path / "one_files" / "trend.parquet")["period"]
    assert periods.str.contains(f"^{shape}$").all()


def test_groups_are_those_asked_for(two_runs: Runs, tmp_path: Path) -> None:  # noqa: F811
    out = tmp_path / "one.html"
    assert provenance("report", two_runs[0], "--out", out, "--by", "language+crawl, month").returncode == 0
    table = pl.read_parquet(tmp_path / "one_files" / "ratio.parquet")
    groups = table["group_columns"].list.join("+").unique(maintain_order=True).to_list()
    assert groups == ["", "language+crawl", "month"]


def test_a_run_named_twice_counts_once_and_the_page_says_so(two_runs: Runs, tmp_path: Path) -> None:  # noqa: F811
    done = provenance("report", two_runs[0], two_runs[0], "--out", tmp_path / "page.html")
    totals = json.loads((two_runs[0] / "run.json").read_text())["totals"]
    assert pl.read_parquet(tmp_path / "page_files" / "ratio.parquet")["n_documents"][0] == totals["documents"]
    assert "is named more than once and counts once" in done.stderr
    assert "is named more than once and counts once" in (tmp_path / "page.html").read_text()


def test_refusals_leave_nothing(two_runs: Runs, tmp_path: Path) -> None:  # noqa: F811
    unfinished = copy_run(two_runs[0], tmp_path / "run", lambda saved: saved.update(totals=None))
    for folders, option, why in (
        ([unfinished], (), "not finished"),
        ([tmp_path], (), f"there are runs in it: {unfinished}"),
        (two_runs, ("--by", "langage"), "did you mean language?"),
        (two_runs, ("--period", "week"), "'week' is not one of"),
        (two_runs, ("--reference", tmp_path / "none.parquet"), "no such file"),
    ):
        done = provenance("report", *folders, "--out", tmp_path / "page.html", *option)
        assert (done.returncode, why in done.stderr) == (2, True), done.stderr
    assert list(tmp_path.iterdir()) == [unfinished]


def test_the_files_of_a_run_are_not_written_over(two_runs: Runs) -> None:  # noqa: F811
    for out, why in ((two_runs[0] / "report.html", "a file of the run itself"), (two_runs[0], "is a folder")):
        done = provenance("report", two_runs[0], "--out", out)
        assert (done.returncode, why in done.stderr) == (2, True), done.stderr
