"""The whole way on object storage: index, archives and sample in a bucket; what is printed can be run."""

import io
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from provenance.cli.sample import sample
from provenance.jobs.sources.plan import find_shards
from tests.jobs.sampling.made_collection import ARCHIVES, CRAWL, RECORDS, write_collection
from tests.objects.servers import look, put, serve_objects


@pytest.mark.parametrize("server", ["moto", "rclone"])
def test_a_sample_on_object_storage_is_that_of_a_folder_is_replaced_and_can_be_run(tmp_path: Path, server) -> None:
    pytest.importorskip("boto3")
    root = write_collection(tmp_path / "collection")
    with serve_objects(server=server) as site:
        for path in (path for path in root.rglob("*") if path.is_file()):
            put(site, str(path.relative_to(root)), path.read_bytes())

        def draw(index: str, base: str, out: str, *more: str) -> str:
            given = [index, "--base", base, "--out", out, "--documents", "30", "--per-host", "3", "--fetch", *more]
            done = CliRunner().invoke(sample, given, standalone_mode=False)
            assert (done.exception, done.return_value) == (None, 0)
            return done.stdout

        inside = (site.url("cc-index/"), site.url(""), site.url("out"))
        draw(*inside, "--seed", "2", "--panel-share", "0.5")
        printed = draw(*inside, "--fresh")
        draw(str(root / "cc-index"), str(root), str(tmp_path / "out"))

        found = {key.removeprefix("out/"): data for key, data in look(site, "out/").items()}
        of_folder = {
            str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file()
        }
        assert set(found) == of_folder  # nothing is left of the panel that was there
        for name in ("sample.parquet", "weights.parquet", "strata.parquet"):
            assert found[name] == (tmp_path / "out" / name).read_bytes()
        assert pl.read_parquet(io.BytesIO(found["weights.parquet"]))["weight"].sum() == pytest.approx(
            ARCHIVES * RECORDS
        )

        named = printed.partition("now: provenance run ")[2].split()[0]
        assert [(shard.crawl, shard.name) for shard in find_shards([named], None)] == [(CRAWL, "part-00000")]
