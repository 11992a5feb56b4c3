"""The lock: one living holder, whatever happens to processes, machines and answers."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from provenance.objects import lock as locks
from provenance.objects.lock import HeldError, Lock, hold_lock
from provenance.objects.place import ObjectPath
from tests.objects.servers import BROKEN, Fault, Request, Site, look, put, refuse

HOLD = """
import sys
from provenance.objects import lock as locks
from provenance.objects.place import ObjectPath
locks.BEAT_S = float(sys.argv[2])
with locks.hold_lock(ObjectPath(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def place(site: Site) -> ObjectPath:
    return ObjectPath(site.url("out/.lock"))


def holder(site: Site) -> dict[str, object]:
    return json.loads(look(site)["out/.lock"])


def waited(noted: list[float], then: Callable[[], object] = lambda: None) -> Callable[[float], None]:
    """Time that passes at once; something happens after the first wait."""

    def wait(seconds: float) -> None:
        noted.append(seconds)
        if len(noted) == 1:
            then()

    return wait


def left_by(site: Site, **differs: object) -> None:
    """A lock as another process has left it."""
    told = {"token": "t", "host": "elsewhere", "machine": "elsewhere b p", "pid": 1, "beats": 3}
    put(site, "out/.lock", json.dumps({**told, **differs}).encode())


def test_held_then_given_back(site: Site) -> None:
    with hold_lock(place(site), wait=waited([])) as lock:
        assert holder(site)["pid"] == os.getpid()
        assert not lock.lost
    assert look(site) == {}


def test_a_living_holder_is_not_disturbed(moto: Site) -> None:
    with hold_lock(place(moto)) as lock:
        before = holder(moto)
        with (
            pytest.raises(HeldError, match=f"process {os.getpid()} on "),
            hold_lock(place(moto), wait=waited([], lock.beat)),
        ):
            pass
        assert holder(moto)["token"] == before["token"]
        assert not lock.lost


@pytest.mark.parametrize("beat_s", ["0.05", "60"])
def test_two_processes(moto: Site, beat_s: str) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(place(moto)), beat_s], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    changed = threading.Event()
    moto.by(lambda request: changed.set() if request.method == "PUT" else None)
    if beat_s != "60":
        with (
            pytest.raises(HeldError, match=f"process {other.pid} on "),
            hold_lock(place(moto), wait=lambda _: changed.wait(20)),
        ):
            pass
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    noted: list[float] = []
    with hold_lock(place(moto), wait=noted.append) as lock:
        assert noted == []  # a process of this machine that is no more is known at once
        assert not lock.lost


def test_a_dead_holder_elsewhere_is_taken_over_after_patience(site: Site) -> None:
    left_by(site)
    noted: list[float] = []
    with hold_lock(place(site), wait=noted.append):
        assert 40 <= sum(noted) <= 50
        assert holder(site)["pid"] == os.getpid()


def test_the_same_number_in_another_container_is_another_process(moto: Site) -> None:
    left_by(moto, host=holder_of_here()["host"], pid=2**22 + 1)
    noted: list[float] = []
    with hold_lock(place(moto), wait=noted.append):
        assert sum(noted) >= 40


def holder_of_here() -> dict[str, object]:
    return json.loads(locks._describe("t", 0))


def test_one_that_is_given_back_meanwhile(moto: Site) -> None:
    left_by(moto)
    from provenance.objects.folders import remove_objects

    with hold_lock(place(moto), wait=waited([], lambda: remove_objects([place(moto)]))):
        assert holder(moto)["pid"] == os.getpid()


def test_what_is_no_lock_is_taken_over_after_patience(moto: Site) -> None:
    put(moto, "out/.lock", b"\xff not json")
    with hold_lock(place(moto), wait=waited([])):
        assert holder(moto)["pid"] == os.getpid()


def test_of_two_that_begin_at_once_one_holds_it(moto: Site) -> None:
    def other_is_quicker(request: Request) -> Fault | None:
        if request.method == "PUT" and "out/.lock" not in look(moto):
            left_by(moto)
        return None

    moto.by(other_is_quicker)
    with pytest.raises(HeldError, match="process 1 on elsewhere"), hold_lock(place(moto)):
        pass
    assert holder(moto)["token"] == "t"


def test_without_conditions_the_later_one_holds_it(rclone: Site) -> None:
    with (
        pytest.raises(HeldError, match="process 1 on elsewhere"),
        hold_lock(place(rclone), wait=waited([], lambda: left_by(rclone))),
    ):
        pass
    assert holder(rclone)["token"] == "t"


def test_a_storage_that_refuses_conditions(rclone: Site) -> None:
    rclone.by(lambda request: refuse(501, "NotImplemented") if "if-none-match" in request.headers else None)
    with hold_lock(place(rclone), wait=waited([])) as lock:
        assert not lock.lost


def test_a_lock_taken_by_another_is_lost_at_the_next_beat(site: Site) -> None:
    with hold_lock(place(site), wait=waited([])) as lock:
        left_by(site)
        lock.beat()
        assert lock.lost
    assert holder(site)["token"] == "t"  # and stays with whom it is


def test_a_lock_removed_by_another_is_lost(moto: Site) -> None:
    with hold_lock(place(moto)) as lock:
        from provenance.objects.folders import remove_objects

        remove_objects([place(moto)])
        lock.beat()
        assert lock.lost


def test_beats_whose_answers_are_lost(moto: Site) -> None:
    with hold_lock(place(moto)) as lock:
        for _ in range(3):
            moto.by(lambda request: Fault(lose="answer") if request.method == "PUT" else None)
            lock.beat()
            moto.then()
            lock.beat()
        assert not lock.lost
        assert holder(moto)["beats"] == 6


def test_a_storage_that_does_not_answer_for_a_while(moto: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("provenance.objects.lock.time.monotonic", lambda: clock[0])
    lock = Lock(place(moto), "t", "", _last=1000.0)
    left_by(moto, token="t")
    moto.by(lambda _: BROKEN)
    for _ in range(4):
        clock[0] += 10
        lock.beat()
    assert not lock.lost
    clock[0] += 10
    lock.beat()
    assert lock.lost  # others may have taken it
    moto.then()
    lock.beat()
    assert not lock.lost  # but did not


def test_a_beat_is_given_up_soon(moto: Site) -> None:
    with hold_lock(place(moto)) as lock:
        moto.by(lambda _: BROKEN)
        moto.forget()
        lock.beat()
        assert len(moto.requests) == 2
        moto.then()


def test_an_error_while_taking_it_is_told(moto: Site) -> None:
    moto.by(lambda _: refuse(403, "AccessDenied"))
    with pytest.raises(PermissionError, match="check the credentials"), hold_lock(place(moto)):
        pass
