"""A finished run on object storage gives the figures and bytes of its folder, for a part of its bytes."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from provenance.errors import ConfigError
from provenance.jobs.checks.verify import verify_run
from provenance.jobs.ratio import estimate_ratio
from provenance.jobs.report_runs import write_report
from provenance.jobs.scores import read_scores
from provenance.jobs.seen.source import open_run
from provenance.store import copies, forget_copies, parse_place
from tests.folders import read_files
from tests.made_runs import two_runs  # noqa: F401  a fixture
from tests.objects.servers import Site, put, serve_objects

pytest.importorskip("boto3")
Runs = tuple[Path, Path]


@pytest.fixture(scope="module")
def site(two_runs: Runs) -> Iterator[Site]:  # noqa: F811
    """A bucket with the folders of both runs."""
    with serve_objects() as site:
        for run in two_runs:
            for file in sorted(path for path in run.rglob("*") if path.is_file()):
                put(site, f"{run.name}/{file.relative_to(run)}", file.read_bytes())
        yield site


@pytest.fixture
def fetched(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The bucket, as if nothing had been asked of it; of the small files here no end is fetched on trust."""
    monkeypatch.setattr(copies, "_FOOTER", 1024)
    monkeypatch.setattr(copies, "_GAP", 0)
    forget_copies()
    site.forget()
    return site


def test_a_report_is_the_same_and_fetches_a_part(
    two_runs: Runs,  # noqa: F811
    fetched: Site,
    tmp_path: Path,
) -> None:
    write_report(list(two_runs), tmp_path / "here" / "page.html", by=("crawl",))
    write_report([fetched.url(run.name) for run in two_runs], tmp_path / "there" / "page.html", by=("crawl",))
    assert read_files(tmp_path / "there") == read_files(tmp_path / "here")
    tables = {part for request in fetched.requests for part in request.key.split("/")}
    assert tables.isdisjoint({"anchors", "signatures", "markup", "rejects"})
    assert fetched.given < sum(len(data) for run in two_runs for data in read_files(run).values()) / 2


def test_the_ratio_is_the_same_by_run_and_by_files(two_runs: Runs, site: Site) -> None:  # noqa: F811
    here = estimate_ratio(two_runs[0], "language")
    assert estimate_ratio(site.url(two_runs[0].name), "language").equals(here)
    names = sorted(str(path.relative_to(two_runs[0])) for path in (two_runs[0] / "verdicts").rglob("*.parquet"))
    files = [site.url(f"{two_runs[0].name}/{name}") for name in names]
    assert estimate_ratio(files, "language").equals(here)


def test_scores_fetch_no_text_and_no_evidence(two_runs: Runs, fetched: Site) -> None:  # noqa: F811
    found = read_scores([fetched.url(two_runs[0].name)])
    assert found.frame.equals(read_scores([two_runs[0]]).frame)
    files = [path for name in ("documents", "verdicts") for path in (two_runs[0] / name).rglob("*.parquet")]
    more = 16_000  # run.json and the ledger are read, too
    assert fetched.given < sum(path.stat().st_size - size_of(path, ("text", "evidence")) for path in files) + more


def size_of(path: Path, columns: tuple[str, ...]) -> int:
    metadata = pq.read_metadata(path)
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    chunks = [group.column(number) for group in groups for number in range(group.num_columns)]
    return sum(c.total_compressed_size for c in chunks if c.path_in_schema.partition(".")[0] in columns)


def test_verify_finds_the_same(two_runs: Runs, site: Site) -> None:  # noqa: F811
    here = verify_run(two_runs[0], n_sample=3, seed=1)
    there = verify_run(parse_place(site.url(two_runs[0].name)), n_sample=3, seed=1)
    assert (there.checked, there.problems) == (here.checked, here.problems)
    assert here.checked["documents read again"] == 3


def test_a_truncated_object_is_named(two_runs: Runs, site: Site) -> None:  # noqa: F811
    run = two_runs[1]
    cut = sorted((run / "verdicts").rglob("*.parquet"))[0]
    for file in (path for path in run.rglob("*") if path.is_file()):
        put(site, f"cut/{file.relative_to(run)}", file.read_bytes()[: 100 if file == cut else None])
    problems = verify_run(parse_place(site.url("cut")), n_sample=0, seed=1).problems
    assert [site.url(f"cut/{cut.relative_to(run)}: damaged") in problem for problem in problems] == [True]


def test_documents_for_the_index_are_the_same(two_runs: Runs, site: Site) -> None:  # noqa: F811
    def read(place: str) -> tuple[list[int], pl.DataFrame]:
        source = open_run(parse_place(place))
        columns = (("fetch_time",), ("exact_hash", "signature"))
        return source.count(), pl.concat(batch for shard in source.shards for batch in source.read(shard, *columns))

    (sizes, documents), (there_sizes, there) = read(str(two_runs[0])), read(site.url(two_runs[0].name))
    assert there_sizes == sizes
    assert there.equals(documents)


@pytest.mark.parametrize("name", ["nothing", "2*/verdicts"])
def test_what_is_not_there_is_told(site: Site, name: str) -> None:
    with pytest.raises(ConfigError, match=r"no Parquet file|not completed"):
        read_scores([site.url(name)])
    with pytest.raises(ConfigError, match="no run in this folder"):
        write_report(site.url(name), "page.html")
