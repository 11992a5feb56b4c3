"""The files of the index that were named: folders, globs, lists, buckets, and which crawl each is of."""

import gzip
from pathlib import Path

import pytest

from provenance.archive.source import FetchOptions
from provenance.errors import ConfigError
from provenance.jobs.sampling.options import SampleOptions
from provenance.jobs.sampling.places import find_index
from provenance.jobs.sampling.sample import SampleRequest, run_sample
from tests.archive.source.servers import serve_bucket, serve_folder
from tests.jobs.sampling.made_index import IndexShape, write_index

CRAWLS = ("CC-MAIN-2019-30", "CC-MAIN-2024-10")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("places") / "bucket"
    for crawl in CRAWLS:
        write_index(folder, IndexShape(rows=500, files=2, crawl=crawl))
    return folder


def find(*inputs: Path | str, crawls: tuple[str, ...] = (), base: str | None = None) -> dict[str, list[str]]:
    found = find_index(map(str, inputs), crawls, base, FetchOptions())
    return {crawl: [place.place.rpartition("/")[2][:10] for place in places] for crawl, places in found.items()}


BOTH = {crawl: ["part-00000", "part-00001"] for crawl in CRAWLS}


def test_a_folder_a_glob_and_single_files_are_the_same_files(root: Path) -> None:
    files = sorted(root.rglob("*.parquet"))
    assert find(root) == find(*reversed(files), root) == BOTH
    assert find(root / "cc-index/table/cc-main/warc/*/*/part-00001*") == {crawl: ["part-00001"] for crawl in CRAWLS}


def test_only_the_crawls_asked_for_are_taken(root: Path) -> None:
    assert find(root, crawls=CRAWLS[1:]) == {CRAWLS[1]: BOTH[CRAWLS[1]]}
    with pytest.raises(ConfigError, match="no file of the index is of the crawl CC-MAIN-2020-05"):
        find(root, crawls=("CC-MAIN-2020-05",))


def test_a_list_names_files_below_the_base(root: Path, tmp_path: Path) -> None:
    lines = "".join(f"{path.relative_to(root)}\n" for path in sorted(root.rglob("*.parquet")))
    (tmp_path / "cc-index-table.paths.gz").write_bytes(gzip.compress(lines.encode()))
    assert find(tmp_path / "cc-index-table.paths.gz", base=str(root)) == BOTH
    with serve_folder(root) as site:
        assert find(tmp_path / "cc-index-table.paths.gz", base=site.address) == BOTH

    with pytest.raises(ConfigError, match=r"--base .*nowhere: no such folder"):
        find(root, base=str(tmp_path / "nowhere"))


def test_files_without_a_crawl_in_their_path_take_the_one_that_is_named(root: Path, tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(next(root.rglob("*.parquet")).read_bytes())
    assert find(tmp_path / "x.parquet", crawls=("mine",)) == {"mine": ["x.parquet"]}
    assert list(find(tmp_path / "x.parquet")) == ["local"]


def test_a_bucket_is_read_as_a_folder_is(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("boto3")
    options = SampleOptions(documents=40)
    run_sample(SampleRequest((str(root),), tmp_path / "local", options), lambda *_: None)
    with serve_bucket(root) as site:
        inputs = (f"{site.address}/cc-index/table/cc-main/warc/",)
        run_sample(SampleRequest(inputs, tmp_path / "remote", options), lambda *_: None)
    for name in ("sample.parquet", "strata.parquet"):
        assert (tmp_path / "remote" / name).read_bytes() == (tmp_path / "local" / name).read_bytes()


def test_a_file_that_a_server_does_not_have_is_refused_before_any_work(root: Path, tmp_path: Path) -> None:
    with serve_folder(root) as site, pytest.raises(ConfigError, match=r"none.parquet: cannot be found: .*404"):
        run_sample(SampleRequest((site.url("none.parquet"),), tmp_path, SampleOptions(documents=5)), lambda *_: None)
