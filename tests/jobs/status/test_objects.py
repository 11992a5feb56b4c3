"""A run whose folder lies on object storage is looked at like any other, for a few requests."""

from pathlib import Path

import pytest

from provenance.jobs.status.state import State, Status
from provenance.jobs.status.watcher import Watcher
from provenance.jobs.telling.heartbeat import Heartbeat
from provenance.jobs.telling.running import RUNNING_FILE, Begun, read_running
from provenance.run.lines import open_lines
from provenance.store import parse_place, remove
from tests.jobs.status.made_ledgers import NOW, append, driver, finish, make_run, receipt, status_of, work_on
from tests.objects.conftest import moto, waits  # noqa: F401  fixtures
from tests.objects.servers import BROKEN, Site, look, put

pytest.importorskip("boto3")


@pytest.fixture
def site(moto: Site) -> Site:  # noqa: F811
    return moto


def lay(site: Site, folder: Path) -> None:
    """Puts the files of a folder where they were not, or were others."""
    for path in folder.iterdir():
        put(site, f"out/{path.name}", path.read_bytes())


def look_at(site: Site) -> Status:
    return Watcher(parse_place(site.url("out"))).read(NOW)


def test_lines_are_followed_while_they_lie_in_pieces_and_when_they_are_put_together(site: Site) -> None:
    place = parse_place(site.url("out/ledger.jsonl"))
    watching, writing = open_lines(place), open_lines(place)
    assert watching.read_from(0) == b""
    writing.append("one")
    assert watching.read_from(0) == b"one\n"
    writing.append("two")
    writing.close()
    assert watching.read_from(4) == b"two\n"
    open_lines(place).append("three")
    assert watching.read_from(4) == b"two\nthree\n"
    assert watching.read_from(8) == b"three\n"
    assert watching.read_from(14) == b""
    remove([place])
    assert watching.read_from(14) is None


def test_a_status_is_that_of_the_same_folder_here(site: Site, tmp_path: Path) -> None:
    append(make_run(tmp_path), [receipt(0), receipt(1)])
    work_on(tmp_path, Begun("read", 4, 4, NOW - 50))
    lay(site, tmp_path)
    here, there = status_of(tmp_path), look_at(site)
    assert there.out == site.url("out")
    assert there.state is State.RUNNING
    assert (there.phases, there.totals, there.running) == (here.phases, here.totals, here.running)


def test_looking_again_fetches_the_ledgers_new_lines_only(site: Site, tmp_path: Path) -> None:
    append(make_run(tmp_path, 200), [receipt(i) for i in range(100)])
    lay(site, tmp_path)
    watcher = Watcher(parse_place(site.url("out")))
    watcher.read(NOW)
    append(tmp_path, [receipt(100)])
    lay(site, tmp_path)
    site.forget()
    assert watcher.read(NOW).totals["records"] == 1010
    assert site.given < 3 * len(receipt(100).to_json())  # of a ledger of a hundred; answers of the protocol among them
    assert len(site.requests) <= 6
    assert {request.method for request in site.requests} <= {"GET", "HEAD"}


def test_a_finished_run_there_is_finished(site: Site, tmp_path: Path) -> None:
    append(make_run(tmp_path, 1), [receipt(0)])
    finish(tmp_path)
    lay(site, tmp_path)
    assert look_at(site).state is State.FINISHED


def test_a_sign_of_life_is_one_object_put_at_once(site: Site) -> None:
    root = parse_place(site.url("out"))
    heart = Heartbeat(root, driver(), lambda task: "")
    site.forget()
    assert heart.beat() is None
    assert [request.method for request in site.requests] == ["PUT"]
    assert read_running(root) == heart.describe() or list(look(site)) == [f"out/{RUNNING_FILE}"]
    assert heart.end() is None
    assert look(site) == {}


def test_a_storage_that_does_not_answer_is_told_and_ends_nothing(site: Site) -> None:
    heart = Heartbeat(parse_place(site.url("out")), driver(), lambda task: "")
    site.then(*[BROKEN] * 30)
    trouble = heart.beat()
    assert trouble is not None
    assert RUNNING_FILE in trouble
    site.then()
    assert heart.beat() is None
