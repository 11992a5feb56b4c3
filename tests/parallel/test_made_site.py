"""The made site of thirteen languages through the main job: the right sets, parts told apart, the right original."""

import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from provenance.jobs.checks.verify import verify_run
from provenance.jobs.corpus import RunSummary, run_corpus
from provenance.jobs.folder import open_folder
from provenance.jobs.parallel import pieces, search
from provenance.jobs.settings import RunConfig
from provenance.jobs.sources.plan import find_shards
from provenance.store import count_rows, parse_place, scan_table, table_path
from tests.jobs.dedup.cut_search import PublishingDesk
from tests.jobs.dedup.test_search import InProcess, no_metadata
from tests.jobs.test_corpus import Listener

FIXTURE = Path(__file__).parent.parent.parent / "fixtures" / "parallel_site.py"
NAMES = (("made", "parallel-00000"), ("made", "parallel-00001"))
WHOLE = ["de", "en", "es", "fr", "it", "nl", "pt", "ru", "zh"]


def run(folder: Path, out: Path) -> RunSummary:
    with open_folder(out, RunConfig(), fresh=False) as opened:
        return run_corpus(opened, find_shards([str(folder)], "made"), workers=1, reporter=Listener())


def tables(out: Path) -> pl.DataFrame:
    documents = scan_table(out, "documents").select("doc_id", "url", language_told="language").collect()
    return documents.join(scan_table(out, "parallels").collect(), on="doc_id")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "in"
    subprocess.run([sys.executable, FIXTURE, folder], check=True)
    return folder


@pytest.fixture(scope="module")
def finished(site: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunSummary, Path]:
    out = tmp_path_factory.mktemp("out")
    return run(site, out), out


@pytest.fixture(scope="module")
def found(finished: tuple[RunSummary, Path]) -> pl.DataFrame:
    return tables(finished[1])


def of_article(found: pl.DataFrame, pattern: str) -> pl.DataFrame:
    return found.filter(pl.col("url").str.contains(pattern))


@pytest.mark.parametrize(
    ("pattern", "how", "n_documents"),
    [("valdora$", "hreflang", 12), ("letter", "url", 12), ("bridge|br|pont|puente|ponte|most|qiao", "anchors", 9)],
)
def test_each_article_is_one_set_of_the_nine_whole_languages(
    found: pl.DataFrame, pattern: str, how: str, n_documents: int
) -> None:
    several = of_article(found, pattern).filter(pl.col("parallelism") > 1)
    assert several.height == n_documents
    assert several["parallel_id"].n_unique() == 1
    assert several["languages"].to_list() == [WHOLE] * n_documents
    assert several["parallelism"].to_list() == several["n_captured"].to_list() == [9] * n_documents
    assert how in several["how"].explode().to_list()


def test_the_two_partial_languages_are_told_apart(found: pl.DataFrame) -> None:
    several = found.filter(pl.col("parallelism") > 1)
    by_article = several.group_by("parallel_id").agg(pl.col("partial_languages").first())["partial_languages"].to_list()
    assert sorted(by_article) == [[], ["cs", "pl"], ["cs", "pl"]]
    covered = several.select("coverage", partial=pl.col("language_told").is_in(["cs", "pl"]))
    assert covered.filter((pl.col("coverage") < 0.6) != pl.col("partial")).is_empty()
    assert covered["partial"].sum() == 4


def test_the_two_own_languages_stand_alone(found: pl.DataFrame) -> None:
    own = of_article(found, r"/(?:sv|ja)/valdora|lang=(?:sv|ja)")
    assert own.height == 4
    assert own["parallelism"].drop_nulls().to_list() == [1, 1, 1]  # a notice in Japanese has too few anchors
    assert own["parallel_id"].drop_nulls().n_unique() == 3


def test_english_is_the_original_of_each(found: pl.DataFrame) -> None:
    several = found.filter(pl.col("parallelism") > 1)
    assert several["original_language"].unique().to_list() == ["en"]
    assert several.filter(pl.col("original") != (pl.col("language_told") == "en")).is_empty()


def test_home_pages_join_nothing(found: pl.DataFrame) -> None:
    homes = found.filter(pl.col("url").str.ends_with("/"))
    assert homes.height == 13
    assert homes["parallelism"].null_count() == 13


def test_two_captures_and_a_print_version_count_no_language_more(found: pl.DataFrame) -> None:
    twice = of_article(found, "/de/valdora$")
    prints = of_article(found, "print=1")
    assert twice["parallelism"].to_list() == [9, 9]
    assert prints["parallelism"].to_list() == [9]


def test_the_run_counts_them_and_verify_finds_nothing_wrong(finished: tuple[RunSummary, Path]) -> None:
    summary, out = finished
    assert (summary.totals["parallel_2"], summary.totals["parallel_3"]) == (33, 33)
    assert verify_run(out, n_sample=5, seed=1).problems == []


def test_ranges_change_nothing(
    site: Path, found: pl.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "RANGE_ROWS", 1)
    monkeypatch.setattr(search, "READ_ROWS", 0)
    assert search.count_ranges(50, 2) == 64
    run(site, tmp_path / "out")
    assert tables(tmp_path / "out").equals(found)


def search_again(finished: Path, out: Path, desk: InProcess) -> pl.DataFrame:
    """The search alone, over the tables of a finished run."""
    shutil.copytree(finished / "anchors", out / "anchors", dirs_exist_ok=True)
    sizes = tuple(count_rows(table_path(out, "anchors", *name)) for name in NAMES)
    search.VersionSearch(out, NAMES, sizes, "inputs", no_metadata).run(desk)
    return scan_table(out, "parallels").collect()


def test_on_a_site_that_is_cut_pages_that_list_each_other_stay_together(
    finished: tuple[RunSummary, Path], found: pl.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "MAX_ROWS", 20)
    cut = search_again(finished[1], tmp_path, InProcess())
    listed = found.filter(pl.col("url").str.contains("valdora$") & (pl.col("parallelism") > 1))
    assert cut.filter(pl.col("doc_id").is_in(listed["doc_id"].implode()))["parallelism"].to_list() == [9] * 12
    assert not cut.equals(scan_table(finished[1], "parallels").collect())  # it was cut


def test_an_interrupted_search_goes_on(finished: tuple[RunSummary, Path], tmp_path: Path) -> None:
    before = InProcess(stop_before="parallel")
    with pytest.raises(KeyboardInterrupt):
        search_again(finished[1], tmp_path, before)
    desk = InProcess(receipts=before.receipts)
    assert search_again(finished[1], tmp_path, desk).equals(scan_table(finished[1], "parallels").collect())
    assert {phase for phase, _ in desk.done} == {"parallel"}
    assert not (tmp_path / search.SCRATCH).exists()


@pytest.mark.parametrize("rows", [1, 40_000])
def test_a_bucket_gives_the_bytes_of_a_folder(
    finished: tuple[RunSummary, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rows: int
) -> None:
    pytest.importorskip("boto3")
    from tests.objects.servers import look, put, serve_objects

    monkeypatch.setattr(search, "RANGE_ROWS", rows)
    monkeypatch.setattr(search, "READ_ROWS", 0)
    search_again(finished[1], tmp_path, InProcess())
    expected = {path.name: path.read_bytes() for path in (tmp_path / "parallels").iterdir()}
    sizes = tuple(count_rows(table_path(tmp_path, "anchors", *name)) for name in NAMES)
    n_ranges = search.count_ranges(sum(sizes), 2)
    with serve_objects() as site:
        for name in NAMES:
            put(site, f"out/anchors/crawl=made/{name[1]}.parquet", table_path(tmp_path, "anchors", *name).read_bytes())
        desk = PublishingDesk()
        search.VersionSearch(parse_place(site.url("out")), NAMES, sizes, "inputs", no_metadata).run(desk)
        left = look(site, "out/")
        asked = [request.key for request in site.requests if request.method == "GET"]
    assert {name.rpartition("/")[2]: data for name, data in left.items() if "/parallels/" in name} == expected
    assert {name.split("/")[1] for name in left} == {"anchors", "parallels"}  # no scratch
    for kind in ("pages", "found"):
        n = sum(key.removesuffix(".edges").endswith(f".{kind}") for key in asked)
        assert 0 < n <= 2 * n_ranges * len(NAMES)


def test_a_range_has_enough_rows_of_each_of_many_shards() -> None:
    few, many = (search.count_ranges(10**9, n_shards) for n_shards in (100, 30_000))
    assert many < few
    assert 10**9 / many >= search.READ_ROWS * 30_000 / 2  # ranges are a power of two


def test_a_search_through_no_shards_leaves_nothing(tmp_path: Path) -> None:
    search.VersionSearch(tmp_path, (), (), "inputs", no_metadata).run(InProcess())
    assert list(tmp_path.iterdir()) == []
