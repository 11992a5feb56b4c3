"""Publication on object storage: a task's tables appear together or not at all, whenever its process is killed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from provenance.errors import OutputError
from provenance.store import (
    ObjectPath,
    count_rows,
    forget_copies,
    open_whole,
    publication,
    read_table,
    remove_parts,
    write_table,
    write_text,
)
from provenance.store.local import local_folder
from tests.objects.servers import BROKEN, SLOW_DOWN, Fault, Request, Site, look, pending_uploads, put

TABLES = {"documents": 4000, "signals": 2500, "signatures": 300, "rejects": 20, "markup": 1100}  # bytes of each
PUBLISH = f"""
import sys
import provenance.objects.upload
from provenance.store import open_whole, parse_place, publication
provenance.objects.upload.PART = 1000
out = parse_place(sys.argv[1])
with publication():
    for table, n in {TABLES}.items():
        with open_whole(out / table / "c" / "s.parquet") as file:
            file.write(table.encode() * (n // len(table)))
"""
WHOLE = {f"out/{table}/c/s.parquet": table.encode() * (n // len(table)) for table, n in TABLES.items()}


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenance.objects.upload.PART", 1000)


def write_all(out: ObjectPath) -> None:
    for table, n in TABLES.items():
        with open_whole(out / table / "c" / "s.parquet") as file:
            file.write(table.encode() * (n // len(table)))


def appears(request: Request) -> bool:
    """Whether an object is there once the request is carried out."""
    if request.method == "PUT":
        return "partNumber" not in request.path
    return request.method == "POST" and "uploadId=" in request.path


def parts_here() -> list[str]:
    return [path.name for path in local_folder().iterdir() if path.name.endswith(".part")]


def test_nothing_is_there_before_the_end_and_then_all(site: Site) -> None:
    with publication():
        write_all(ObjectPath(site.url("out")))
        assert look(site) == {}
    assert look(site) == WHOLE
    assert pending_uploads(site) == []
    assert parts_here() == []


def test_who_writes_reads_it_inside(site: Site) -> None:
    place = ObjectPath(site.url("out/a.parquet"))
    write_table(place, pl.DataFrame({"n": [0]}), {})
    assert read_table(place)["n"].to_list() == [0]
    with pytest.raises(RuntimeError), publication():
        write_table(place, pl.DataFrame({"n": [1]}), {})
        assert read_table(place, ["n"])["n"].to_list() == [1]
        forget_copies()
        raise RuntimeError
    with publication():
        write_table(place, pl.DataFrame({"n": [2, 3]}), {})
        assert (count_rows(place), read_table(place)["n"].to_list()) == (2, [2, 3])
        assert parts_here() != []
    assert parts_here() == []
    assert read_table(place)["n"].to_list() == [2, 3]
    forget_copies()
    assert list(local_folder().glob("*.parquet*")) == []


def test_all_is_sent_before_the_first_appears_and_documents_are_the_last(moto: Site) -> None:
    with publication():
        write_all(ObjectPath(moto.url("out")))
    order = [request.key.split("/")[1] for request in moto.requests if appears(request)]
    first = [appears(request) for request in moto.requests].index(True)
    assert all(appears(request) for request in moto.requests[first:])
    assert order == ["signatures", "rejects", "signals", "markup", "documents"]


def test_requests_of_a_publication(moto: Site) -> None:
    with publication():
        write_all(ObjectPath(moto.url("out")))
    parts = sum(-(-n // 1000) for n in (4000, 2500, 1100))
    assert len(moto.requests) <= 2 + 2 * 3 + parts  # one for a small table; begin, parts and end for a large one


def test_an_error_inside_publishes_nothing(site: Site) -> None:
    with pytest.raises(KeyError), publication():
        write_all(ObjectPath(site.url("out")))
        raise KeyError
    assert site.requests == []
    assert parts_here() == []


def test_files_of_a_folder_are_there_at_once(tmp_path: Path) -> None:
    with publication():
        write_text(tmp_path / "a.json", "x")
        assert (tmp_path / "a.json").read_text() == "x"


def test_faults_on_the_way(site: Site) -> None:
    faults = [SLOW_DOWN, None, Fault(lose="answer"), BROKEN, None, Fault(lose="request"), Fault(take=100)]
    site.then(*faults * 4)
    with publication():
        write_all(ObjectPath(site.url("out")))
    assert look(site) == WHOLE
    assert len(site.happened) >= 10


@pytest.mark.parametrize("which", ["upload_part", "small"])
def test_a_storage_that_fails_for_good(moto: Site, which: str) -> None:
    def fails(request: Request) -> Fault | None:
        small = request.key.endswith("rejects/c/s.parquet")
        return BROKEN if (small if which == "small" else "partNumber=3" in request.path) else None

    moto.by(fails)
    with pytest.raises(OutputError, match=r"cannot write: .*InternalError.*run the same command again"), publication():
        write_all(ObjectPath(moto.url("out")))
    assert set(look(moto)) <= {"out/signatures/c/s.parquet"}
    assert "out/documents/c/s.parquet" not in look(moto)
    assert pending_uploads(moto) == []
    assert parts_here() == []


def publish_in_a_process(site: Site, kill_at: int, fault: Fault | None) -> list[Request]:
    """Publishes in another process, which is killed at its request of that number, carried out or not."""
    process = subprocess.Popen([sys.executable, "-c", PUBLISH, site.url("out")])
    seen: list[Request] = []

    def kill(request: Request) -> Fault | None:
        seen.append(request)
        if len(seen) != kill_at:
            return None
        os.kill(process.pid, signal.SIGKILL)
        return fault

    site.by(kill)
    process.wait()
    return seen


@pytest.mark.parametrize("kill_at", [-4, -12, 1, 4, 12, 13, 14, 15, 16, 17])
def test_a_process_killed_at_a_request(moto: Site, kill_at: int) -> None:
    """A request carried out, or with a minus not; that is for the storage as the request before it carried out."""
    fault = Fault(lose="request") if kill_at < 0 else None
    kill_at = abs(kill_at)
    seen = publish_in_a_process(moto, kill_at, fault)
    assert len(seen) >= kill_at
    there = look(moto)
    n_appeared = sum(map(appears, seen[:kill_at]))
    assert set(there.items()) <= set(WHOLE.items())  # never half an object
    assert len(there) <= n_appeared
    if n_appeared < len(TABLES):
        assert "out/documents/c/s.parquet" not in there
    moto.then()
    remove_parts(ObjectPath(moto.url("out")))
    assert pending_uploads(moto) == []
    with publication():
        write_all(ObjectPath(moto.url("out")))
    assert look(moto) == WHOLE


def test_a_full_disk_says_which(moto: Site) -> None:
    advised = pytest.raises(OutputError, match=r"No space left on device in /.*set TMPDIR")
    with advised, publication(), open_whole(ObjectPath(moto.url("a"))):
        raise OSError(28, "No space left on device")
    assert moto.requests == []
    assert parts_here() == []


def test_leftovers_of_others_stay(moto: Site) -> None:
    put(moto, "out/a.json.77.part", b"mine")
    remove_parts(ObjectPath(moto.url("out")))
    assert list(look(moto)) == ["out/a.json.77.part"]


def test_publications_do_not_mix(moto: Site) -> None:
    with publication():
        write_text(ObjectPath(moto.url("outer")), "x")
        with publication():
            write_text(ObjectPath(moto.url("inner")), "x")
        assert list(look(moto)) == ["inner"]
    write_text(ObjectPath(moto.url("alone")), json.dumps(1))
    assert sorted(look(moto)) == ["alone", "inner", "outer"]
