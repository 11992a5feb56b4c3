"""Records of a sample are fetched part by part; the weights of those that came make up for those that are lost."""

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from provenance.archive import ArchiveReader, Record
from provenance.jobs.sampling import fetching
from provenance.jobs.sampling.fetching import weigh
from provenance.jobs.sampling.options import SampleOptions
from provenance.jobs.sampling.sample import SampleReport, SampleRequest, run_sample
from provenance.jobs.weights import read_weights
from tests.jobs.sampling.made_collection import ARCHIVES, CRAWL, RECORDS, write_collection


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "collection")


@pytest.fixture
def fetch(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., SampleReport]:
    """Draws 30 of the 48 captures and fetches them, ten a part."""
    monkeypatch.setattr(fetching, "PART_ROWS", 10)

    def run(panel_share: float = 0.0) -> SampleReport:
        options = SampleOptions(documents=30, per_host=3, panel_share=panel_share)
        inputs = (str(base / "cc-index"),)
        request = SampleRequest(inputs, tmp_path / "out", options, base=str(base), fetch=True, connections=2)
        return run_sample(request, lambda *_: None)

    return run


def records(folder: Path) -> list[Record]:
    return [
        item for path in sorted(folder.rglob("*.warc.gz")) for item in ArchiveReader(path) if isinstance(item, Record)
    ]


def weights(out: Path, name: str = "weights.parquet") -> pl.DataFrame:
    return pl.read_parquet(out / name)


def test_all_records_come_with_the_weights_of_the_sample(fetch: Callable[..., SampleReport], tmp_path: Path) -> None:
    report, out = fetch(), tmp_path / "out"
    assert report.fetched is not None
    assert (report.fetched.rows, report.fetched.fetched, report.fetched.lost) == (30, 30, {})
    assert [path.name for path in sorted((out / "warc" / f"crawl={CRAWL}").iterdir())] == [
        f"part-0000{number}.warc.gz" for number in range(3)
    ]
    sample, found = pl.read_parquet(out / "sample.parquet"), records(out / "warc")
    assert [item.url for item in found] == sample["url"].to_list()
    told = weights(out)
    assert told["doc_id"].to_list() == [item.record_id for item in found]
    assert told["weight"].to_list() == pytest.approx(sample["weight"].to_list())
    assert told["weight"].sum() == pytest.approx(ARCHIVES * RECORDS)
    assert read_weights(out / "weights.parquet").height == 30  # as `provenance run --weights` reads it


def test_lost_records_are_told_and_the_others_of_their_stratum_make_up_for_them(
    fetch: Callable[..., SampleReport], base: Path, tmp_path: Path
) -> None:
    lost = base / f"crawl-data/{CRAWL}/segments/1/warc/1.warc.gz"
    lost.rename(base / "elsewhere")
    report, out = fetch(), tmp_path / "out"
    sample = pl.read_parquet(out / "sample.parquet")
    gone = sample.filter(pl.col("warc_filename").str.ends_with("/1.warc.gz")).height
    assert gone > 2
    assert report.fetched is not None
    assert report.fetched.lost == {"unreadable_bytes": gone}
    assert report.fetched.fetched == 30 - gone
    assert json.loads((out / "fetch.json").read_text())["lost"] == {"unreadable_bytes": gone}
    rejects = [pl.read_parquet(path).height for path in (out / "rejects").rglob("*.parquet")]
    assert sum(rejects) == gone
    drawn = sample.group_by("stratum").agg(pl.col("weight").sum()).sort("stratum")
    assert weights(out).group_by("stratum").agg(pl.col("weight").sum()).sort("stratum")["weight"].to_list() == (
        pytest.approx(drawn["weight"].to_list())
    )


def test_fetching_again_takes_only_parts_with_losses(
    fetch: Callable[..., SampleReport], base: Path, tmp_path: Path
) -> None:
    last = base / f"crawl-data/{CRAWL}/segments/1/warc/{ARCHIVES - 1}.warc.gz"
    last.rename(base / "elsewhere")
    fetch()
    warcs = sorted((tmp_path / "out" / "warc").rglob("*.warc.gz"))
    before = [path.stat().st_mtime_ns for path in warcs]
    (base / "elsewhere").rename(last)
    report = fetch()
    assert report.kept
    assert report.fetched is not None
    assert report.fetched.parts_kept == 2
    assert (report.fetched.fetched, report.fetched.lost) == (30, {})
    changed = [path.stat().st_mtime_ns != time for path, time in zip(warcs, before, strict=True)]
    assert changed == [False, False, True]
    assert weights(tmp_path / "out").height == 30


def test_an_interrupted_fetch_goes_on_with_what_is_missing(fetch: Callable[..., SampleReport], tmp_path: Path) -> None:
    fetch()
    out = tmp_path / "out"
    whole = {path.name: path.read_bytes() for path in (out / "warc").rglob("*.warc.gz")}
    (out / "fetched" / f"crawl={CRAWL}" / "part-00001.parquet").unlink()  # written last
    (out / "warc" / f"crawl={CRAWL}" / "part-00002.warc.gz").unlink()
    report = fetch()
    assert report.fetched is not None
    assert report.fetched.parts_kept == 1
    assert {path.name: path.read_bytes() for path in (out / "warc").rglob("*.warc.gz")} == whole


def test_the_panel_has_records_and_weights_of_its_own(fetch: Callable[..., SampleReport], tmp_path: Path) -> None:
    fetch(panel_share=0.5)
    out = tmp_path / "out"
    panel = pl.read_parquet(out / "sample.parquet").filter("panel")
    assert 0 < panel.height < ARCHIVES * RECORDS
    found = records(out / "panel_warc")
    assert sorted(item.url for item in found) == sorted(panel["url"])
    told = weights(out, "panel_weights.parquet")
    assert told["weight"].to_list() == pytest.approx(panel["panel_weight"].to_list())
    assert len(records(out / "warc")) == weights(out).height == 30


def test_a_stratum_that_lost_all_leaves_its_weight_to_the_crawl() -> None:
    rows = pl.DataFrame(
        {
            "crawl": ["a", "a", "a", "b"],
            "stratum": ["x", "x", "y", "x"],
            "weight": [2.0, 6.0, 12.0, 5.0],
            "warc_filename": ["f", "f", "f", "g"],
            "warc_record_offset": [1, 2, 3, 1],
        }
    )
    ids = pl.DataFrame({"warc_filename": ["f", "g"], "warc_record_offset": [1, 1], "doc_id": ["one", "two"]})
    weighed, n_emptied = weigh(rows, ids, "weight", "stratum")
    assert weighed.select("doc_id", "weight").rows() == [("one", 20.0), ("two", 5.0)]
    assert n_emptied == 1
