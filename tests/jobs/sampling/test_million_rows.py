"""Five million rows of the index: less than 1 GB of memory, exact quotas, totals within their intervals."""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from provenance.jobs.sampling.known import read_drawn
from provenance.sampling.estimate import estimate_share, estimate_total
from tests.jobs.sampling.made_index import IndexShape, write_index

ROWS, DOCUMENTS, PER_HOST = 5_000_000, 20_000, 20
COUNTED = ("url_host_name", "url_host_tld", "url_protocol", "fetch_status", "content_mime_detected", "fetch_time")
SAMPLE = """
import sys
from provenance.cli import main
try:
    main(sys.argv[1:])
finally:
    print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")), file=sys.stderr)
"""


pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is told by Linux")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    write_index(folder, IndexShape(rows=ROWS, files=5, group_rows=500_000))
    return folder


def test_five_million_rows_are_drawn_from_in_less_than_a_gigabyte(index: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = ["--documents", str(DOCUMENTS), "--per-host", str(PER_HOST), "--columns", "url,url_protocol", "--json"]
    command = [sys.executable, "-c", SAMPLE, "sample", str(index), "--out", str(out), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    peak, unit = done.stderr.split()[-2:]  # of this program alone: ru_maxrss holds that of who started it, too
    assert unit == "kB"
    assert 100e6 < int(peak) * 1024 < 1e9
    told = json.loads(done.stdout)["crawls"]["CC-MAIN-2024-10"]
    assert told["rows"] == ROWS == told["captures"] + sum(told["left_out"].values())

    sample, strata = pl.read_parquet(out / "sample.parquet"), pl.read_parquet(out / "strata.parquet")
    drawn = sample.group_by("stratum").agg(pl.len().cast(pl.Int64), pl.col("weight").sum()).sort("stratum")
    assert sample.height == DOCUMENTS == strata["quota"].sum()
    assert drawn["len"].to_list() == strata["quota"].to_list() == strata["n_drawn"].to_list()
    assert drawn["weight"].to_list() == pytest.approx(strata["n_captures"].to_list())
    assert sample.group_by("url_host_name").len()["len"].max() <= PER_HOST

    pages = count_pages(index)
    assert told["captures"] == strata["n_captures"].sum() == sum(pages["len"])
    https = pl.col("url_protocol") == "https"
    groups, members = read_drawn(sample), sample.select(https).to_series().to_numpy()
    total = estimate_total(groups, members)
    assert total.low <= pages.filter(https)["len"].sum() <= total.high
    assert total.high - total.low < 0.1 * total.value
    for tld in ("com", "de", "jp"):
        here = pages.filter(url_host_tld=tld)
        share = estimate_share(groups, members, (sample["tld"] == tld).to_numpy())
        true = here.filter(https)["len"].sum() / here["len"].sum()
        spread = 2 * (share.high - share.low)  # one seed: four standard errors to each side
        assert share.value - spread < true < share.value + spread


def count_pages(index: Path) -> pl.DataFrame:
    """Captures of pages by protocol and top-level domain, counted by polars."""
    rows = pl.scan_parquet(sorted(index.rglob("*.parquet")), hive_partitioning=False).select(COUNTED)
    html = pl.col("content_mime_detected").is_in(["text/html", "application/xhtml+xml"])
    pages = rows.filter((pl.col("fetch_status") == 200) & html)
    return pages.group_by("url_protocol", "url_host_tld").len().collect(engine="streaming")
