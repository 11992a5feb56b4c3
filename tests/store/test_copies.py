"""Copies of objects: the bytes asked for are there and are asked for once; readers read them as files."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from provenance.objects.requests import ConflictError
from provenance.store import (
    ObjectPath,
    bring,
    bring_columns,
    bring_footer,
    bring_span,
    bring_spans,
    forget_copies,
    remove,
    write_text,
)
from provenance.store.local import local_folder
from tests.objects.servers import SLOW_DOWN, Fault, Site, put, serve_objects

DATA = os.urandom(1 << 20)


@pytest.fixture(autouse=True)
def forgotten() -> object:
    yield
    forget_copies()


@pytest.fixture(scope="module")
def shared() -> object:
    pytest.importorskip("boto3")
    with serve_objects() as site:
        put(site, "data", DATA)
        yield site


def test_a_path_is_its_own_copy(tmp_path: Path) -> None:
    path = tmp_path / "absent"
    assert bring(path) == bring_span(path, 0, 1) == bring_columns(path, ["a"]) == bring_footer(path) == path


def test_a_whole_object(site: Site) -> None:
    put(site, "a/data", DATA)
    site.then(None, SLOW_DOWN, Fault(drop_after=5000))
    assert bring(ObjectPath(site.url("a/data"))).read_bytes() == DATA
    assert bring(ObjectPath(site.url("a/data"))).read_bytes() == DATA
    assert site.methods == ["HEAD", "GET", "GET", "GET"]


def test_an_empty_object(site: Site) -> None:
    put(site, "a", b"")
    assert bring(ObjectPath(site.url("a"))).read_bytes() == b""
    assert site.methods == ["HEAD"]


def test_one_that_is_absent(moto: Site) -> None:
    with pytest.raises(FileNotFoundError, match="no such object"):
        bring(ObjectPath(moto.url("a")))


spans = st.tuples(st.integers(0, len(DATA) + 100), st.integers(0, len(DATA) + 100))


@settings(max_examples=40)
@given(st.lists(st.lists(spans, min_size=1, max_size=4), min_size=1, max_size=6), st.sampled_from([0, 1000, 1 << 18]))
def test_the_bytes_asked_for_are_there_and_no_byte_is_asked_for_twice(
    shared: Site, asked: list[list[tuple[int, int]]], gap: int
) -> None:
    place = ObjectPath(shared.url("data"))
    forget_copies()
    shared.forget()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("provenance.store.copies._GAP", gap)
        for some in asked:
            path = bring_spans(place, some)
            found = path.read_bytes()
            assert all(found[begin:end] == DATA[begin:end] for begin, end in some)
    fetched = sorted(tuple(map(int, told.removeprefix("bytes=").split("-"))) for told in shared.ranges if told)
    assert all(last < begin for (_, last), (begin, _) in pairwise(fetched))
    assert shared.given == sum(last + 1 - begin for begin, last in fetched)
    assert len(shared.requests) <= 1 + sum(2 * len(some) for some in asked) + len(asked) ** 2
    if gap == 0:
        assert shared.given <= sum(max(0, end - begin) for some in asked for begin, end in some)


def test_neighbours_come_in_one_request(moto: Site) -> None:
    put(moto, "data", DATA)
    bring_spans(ObjectPath(moto.url("data")), [(500_000, 500_010), (0, 10), (100, 110), (499_000, 499_001)])
    assert moto.ranges == ["bytes=0-109", "bytes=499000-500009"]


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small files are read as large ones are: nothing on trust."""
    monkeypatch.setattr("provenance.store.copies._FOOTER", 2048)
    monkeypatch.setattr("provenance.store.copies._GAP", 0)


def make_table() -> pl.DataFrame:
    n = 20_000
    return pl.DataFrame(
        {
            "id": pl.int_range(n, eager=True),
            "kind": [f"kind {i % 7}" for i in range(n)],
            "wide": [DATA[i : i + 40].hex() for i in range(n)],
            "nested": [{"a": i, "b": {"c": [i, i + 1], "d": f"x{i % 3}"}} for i in range(n)],
            "nested.not": pl.Series([i / 7 if i % 5 else None for i in range(n)]),
            "many": [[f"w{i % 11}"] * (i % 4) for i in range(n)],
        }
    )


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("table") / "t.parquet"
    written = make_table().to_arrow(compat_level=pl.CompatLevel.oldest())
    pq.write_table(written, path, row_group_size=1500, compression="zstd", write_page_index=True, data_page_size=4096)
    return path


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("columns", [["id"], ["kind", "many"], ["nested"], ["nested.not"], ["id", "nested.not"]])
def test_columns_read_as_from_the_whole_file(moto: Site, table: Path, columns: list[str]) -> None:
    put(moto, "t [1]*/a=b.parquet", table.read_bytes())
    path = bring_columns(ObjectPath(moto.url("t [1]*/a=b.parquet")), columns)
    assert moto.given < 0.8 * table.stat().st_size
    assert path.stat().st_size == table.stat().st_size
    scanned = pl.scan_parquet(path).select(columns).collect()
    assert_frame_equal(scanned, pl.read_parquet(table, columns=columns), check_exact=True)
    assert pq.read_table(path, columns=columns).equals(pq.read_table(table, columns=columns))


def test_a_predicate_on_brought_columns(moto: Site, table: Path) -> None:
    put(moto, "t.parquet", table.read_bytes())
    path = bring_columns(ObjectPath(moto.url("t.parquet")), ["id", "kind"])
    query = (pl.col("kind") == "kind 3") & (pl.col("id") > 5000)
    found = pl.scan_parquet(path).select("id", "kind").filter(query).collect(engine="streaming")
    assert_frame_equal(found, make_table().select("id", "kind").filter(query), check_exact=True)
    assert found.height > 1000


@pytest.mark.usefixtures("strict")
def test_columns_of_some_row_groups(moto: Site, table: Path) -> None:
    put(moto, "t.parquet", table.read_bytes())
    path = bring_columns(ObjectPath(moto.url("t.parquet")), ["wide"], [3])
    with pq.ParquetFile(path) as file, pq.ParquetFile(table) as whole:
        assert file.read_row_group(3, columns=["wide"]).equals(whole.read_row_group(3, columns=["wide"]))
    assert moto.methods == ["HEAD", "GET", "GET", "GET"]
    assert moto.given < table.stat().st_size / 5


def test_all_columns(moto: Site, table: Path) -> None:
    put(moto, "t.parquet", table.read_bytes())
    assert bring_columns(ObjectPath(moto.url("t.parquet")), None).read_bytes() == table.read_bytes()
    assert moto.methods == ["HEAD", "GET"]


def test_a_footer_alone(moto: Site, table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(moto, "t.parquet", table.read_bytes())
    monkeypatch.setattr("provenance.store.copies._FOOTER", 100)  # shorter than what describes the file
    path = bring_footer(ObjectPath(moto.url("t.parquet")))
    assert pq.read_metadata(path).equals(pq.read_metadata(table))
    assert moto.methods == ["HEAD", "GET", "GET"]
    assert moto.given < table.stat().st_size / 10


def test_what_is_no_parquet_file_is_named(moto: Site) -> None:
    for key, data in (("a", b""), ("b", b"PAR1"), ("c", DATA)):
        put(moto, key, data)
        with pytest.raises(Exception, match=f"s3://{moto.bucket}/{key}: "):
            bring_footer(ObjectPath(moto.url(key)))


def test_an_object_replaced_in_between_is_an_error(site: Site) -> None:
    put(site, "data", DATA)
    place = ObjectPath(site.url("data"))
    bring_span(place, 0, 10)
    put(site, "data", DATA[::-1])
    with pytest.raises(ConflictError, match="somebody else has written this object"):
        bring(place)
    forget_copies([place])
    assert bring(place).read_bytes() == DATA[::-1]


def test_what_this_process_writes_or_removes_is_not_read_from_before(moto: Site) -> None:
    place = ObjectPath(moto.url("a.json"))
    for text in ("first", "second"):
        write_text(place, text)
        assert bring(place).read_text() == text
    remove([place])
    with pytest.raises(FileNotFoundError):
        bring(place)


def test_forgotten_copies_leave_nothing(moto: Site) -> None:
    put(moto, "data", DATA)
    bring(ObjectPath(moto.url("data")))
    assert any(path.stat().st_size == len(DATA) for path in local_folder().iterdir())
    forget_copies()
    assert [path.name for path in local_folder().iterdir()] == ["held"]


def test_a_full_disk_says_what_to_do(moto: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    put(moto, "data", DATA)
    monkeypatch.setattr("provenance.store.copies.get_pieces", full)
    with pytest.raises(OSError, match=r"no copy can be kept in /.*No space left on device.*set TMPDIR"):
        bring(ObjectPath(moto.url("data")))


def test_what_a_killed_process_has_left_goes(tmp_path: Path) -> None:
    code = (
        "import os, signal; from provenance.store.local import local_folder\n"
        "(local_folder() / 'x').write_bytes(b'x' * 1000)\n"
        "print(len(os.listdir(os.environ['TMPDIR'])), flush=True)\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", code + "os.kill(os.getpid(), signal.SIGKILL)"]
    for _ in range(2):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.stdout == "1\n"  # its own
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True)
    assert os.listdir(tmp_path) == []
