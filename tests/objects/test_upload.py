"""Uploads: nothing is seen before all is sent, then all of it at once, whatever happens on the way."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.objects.place import ObjectPath, parse_place
from provenance.objects.upload import Upload
from tests.objects.servers import BROKEN, SLOW_DOWN, Fault, Request, Site, look, pending_uploads, put, refuse

DATA = bytes(range(256)) * 40  # 10,240 bytes: 11 parts
LOST_ANSWER, LOST = Fault(lose="answer"), Fault(lose="request")


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenance.objects.upload.PART", 1000)


def upload_of(site: Site, tmp_path: Path, data: bytes = DATA, key: str = "t/a b.parquet") -> Upload:
    path = tmp_path / "file"
    path.write_bytes(data)
    place = parse_place(site.url(key))
    assert isinstance(place, ObjectPath)
    return Upload(path, place)


def completes(request: Request) -> bool:
    return request.method == "POST" and "uploadId=" in request.path


@pytest.mark.parametrize("n", [0, 1, 1000, 1001, 2000, len(DATA)])
def test_sent_then_there(site: Site, tmp_path: Path, n: int) -> None:
    upload = upload_of(site, tmp_path, DATA[:n])
    upload.send()
    assert look(site) == {}
    upload.appear()
    assert look(site) == {"t/a b.parquet": DATA[:n]}
    assert pending_uploads(site) == []


def test_requests_of_an_upload(moto: Site, tmp_path: Path) -> None:
    upload = upload_of(moto, tmp_path)
    upload.send()
    assert sorted(moto.methods) == ["POST"] + ["PUT"] * 11
    assert all("content-md5" in request.headers for request in moto.requests if request.method == "PUT")
    upload.appear()
    assert moto.methods[12:] == ["POST"]
    assert moto.requests[12].size < 1500  # it appears with few bytes sent


def test_a_small_one_is_one_request(moto: Site, tmp_path: Path) -> None:
    upload = upload_of(moto, tmp_path, b"small")
    upload.send()
    upload.appear()
    upload.abort()
    assert moto.methods == ["PUT"]


def test_what_is_given_up_leaves_nothing(site: Site, tmp_path: Path) -> None:
    upload = upload_of(site, tmp_path)
    upload.send()
    upload.abort()
    upload.abort()
    assert look(site) == {}
    assert pending_uploads(site) == []


def test_what_was_there_stays_until_then(site: Site, tmp_path: Path) -> None:
    put(site, "t/a b.parquet", b"before")
    upload = upload_of(site, tmp_path)
    upload.send()
    assert look(site) == {"t/a b.parquet": b"before"}
    upload.appear()
    assert look(site) == {"t/a b.parquet": DATA}


def test_a_part_that_cannot_be_sent_is_an_error(moto: Site, tmp_path: Path) -> None:
    moto.by(lambda request: BROKEN if "partNumber=5&" in f"{request.path}&" else None)
    upload = upload_of(moto, tmp_path)
    with pytest.raises(OSError, match="given up after 12 attempts"):
        upload.send()
    upload.abort()
    assert look(moto) == {}
    assert pending_uploads(moto) == []


def test_a_lost_answer_to_the_last_request(site: Site, tmp_path: Path) -> None:
    upload = upload_of(site, tmp_path)
    upload.send()
    site.then(LOST_ANSWER)
    upload.appear()
    assert look(site) == {"t/a b.parquet": DATA}


def test_an_upload_that_the_storage_forgets_once_completed(moto: Site, tmp_path: Path) -> None:
    upload = upload_of(moto, tmp_path)
    upload.send()
    moto.then(LOST_ANSWER, refuse(404, "NoSuchUpload"))
    upload.appear()
    assert look(moto) == {"t/a b.parquet": DATA}


def test_an_upload_that_somebody_gave_up_is_not_taken_for_completed(moto: Site, tmp_path: Path) -> None:
    earlier = upload_of(moto, tmp_path, DATA[::-1])
    earlier.send()
    earlier.appear()
    upload = upload_of(moto, tmp_path)
    upload.send()
    moto.then(refuse(404, "NoSuchUpload"))
    with pytest.raises(FileNotFoundError, match="no such upload"):
        upload.appear()  # an object of the same size is there
    assert look(moto) == {"t/a b.parquet": DATA[::-1]}


def test_the_parts_of_a_huge_file_are_larger(moto: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenance.objects.upload.PART", 10)
    monkeypatch.setattr("provenance.objects.upload.MOST_PARTS", 7)
    upload = upload_of(moto, tmp_path)
    upload.send()
    assert moto.methods.count("PUT") == 7
    upload.appear()
    assert look(moto) == {"t/a b.parquet": DATA}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([None, SLOW_DOWN, BROKEN, LOST, LOST_ANSWER, Fault(take=500)]), max_size=9))
def test_bytes_are_equal_after_any_faults(moto: Site, tmp_path: Path, faults: list[Fault | None]) -> None:
    upload = upload_of(moto, tmp_path, DATA[:3500])
    moto.then(*faults)
    upload.send()
    moto.then(*faults)
    upload.appear()
    assert look(moto) == {"t/a b.parquet": DATA[:3500]}
