"""Many objects: listed and deleted a thousand at a time, and never one beside those that were meant."""

from pathlib import Path

import pytest

from provenance.objects.folders import abort_uploads, list_objects, remove_objects
from provenance.objects.place import ObjectPath, parse_place
from provenance.objects.upload import Upload
from tests.objects.servers import BROKEN, SLOW_DOWN, Fault, Site, look, pending_uploads, put, refuse
from tests.objects.test_requests import ODD_KEYS


def folder(site: Site, prefix: str = "") -> ObjectPath:
    found = parse_place(site.url(prefix))
    assert isinstance(found, ObjectPath)
    return found


def test_a_listing_tells_keys_and_sizes(site: Site) -> None:
    for key in ODD_KEYS:
        put(site, f"run/{key}", key.encode())
    put(site, "run2/x", b"")
    put(site, "other", b"")
    found = dict(list_objects(folder(site, "run")))
    assert found == {folder(site, "run") / key: len(key.encode()) for key in ODD_KEYS}


def test_a_bucket_is_listed_whole(site: Site) -> None:
    put(site, "a", b"1")
    put(site, "b/c", b"22")
    assert [(place.key, size) for place, size in list_objects(folder(site))] == [("a", 1), ("b/c", 2)]


def test_nothing_is_listed_where_nothing_is(site: Site) -> None:
    assert list(list_objects(folder(site, "absent"))) == []


def test_listings_and_deletions_ask_once_for_many(moto: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenance.objects.folders.AT_A_TIME", 10)
    many = [f"run/t/{number:05}.parquet" for number in range(25)]
    for key in [*many, "run/u"]:
        put(moto, key, b"")
    moto.then(SLOW_DOWN, None, Fault(lose="answer"), BROKEN)  # pages that fail are asked for again
    assert [place.key for place, _ in list_objects(folder(moto, "run/t"))] == many
    assert moto.methods == ["GET"] * (3 + 3)
    moto.forget()
    remove_objects(place for place, _ in list_objects(folder(moto, "run/t")))  # deleted as they are listed
    assert moto.methods == ["GET", "POST", "GET", "POST", "GET", "POST"]
    assert look(moto) == {"run/u": b""}


def test_uploads_are_listed_by_pages(moto: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenance.objects.folders.AT_A_TIME", 2)
    for key in ("a", "b", "c"):
        begin_upload(moto, key, monkeypatch, tmp_path)
    moto.forget()
    assert abort_uploads(folder(moto)) == 3
    assert "max-uploads=2" in moto.requests[0].path
    assert pending_uploads(moto) == []


def test_absent_ones_are_deleted_without_a_word(site: Site) -> None:
    put(site, "there", b"")
    remove_objects([folder(site, "absent"), folder(site, "there"), folder(site, "there")])
    assert look(site) == {}
    remove_objects([])


def test_odd_keys_are_deleted(site: Site) -> None:
    for key in ODD_KEYS:
        put(site, key, b"")
    remove_objects(folder(site, key) for key in ODD_KEYS)
    assert look(site) == {}


def test_keys_that_no_place_has_are_left_alone(moto: Site) -> None:
    for key in ("run/", "run//else/x", "run/a//b", "run/./c", "run/a"):
        put(moto, key, b"")
    assert [place.key for place, _ in list_objects(folder(moto, "run"))] == ["run/a"]


def test_deletions_say_which_digest_they_have(moto: Site) -> None:
    remove_objects([folder(moto, "a")])
    assert moto.requests[0].headers["content-md5"]


def refused(code: str) -> Fault:
    return Fault(
        status=200, body=f"<DeleteResult><Error><Key>a</Key><Code>{code}</Code></Error></DeleteResult>".encode()
    )


def test_single_ones_that_could_not_be_deleted_are_asked_for_again(moto: Site) -> None:
    put(moto, "a", b"")
    moto.then(refused("InternalError"), refused("SlowDown"))
    remove_objects([folder(moto, "a")])
    assert look(moto) == {}
    moto.then(refused("NoSuchKey"))
    remove_objects([folder(moto, "a")])


def test_single_ones_that_cannot_be_deleted_are_told(moto: Site) -> None:
    moto.then(refused("AccessDenied"))
    with pytest.raises(PermissionError, match="a cannot be deleted: AccessDenied ; check the rights"):
        remove_objects([folder(moto, "a")])
    moto.by(lambda _: refused("InternalError"))
    with pytest.raises(OSError, match="cannot be deleted: InternalError ; given up after 12"):
        remove_objects([folder(moto, "a")])


def test_objects_of_two_buckets_are_deleted_in_theirs(moto: Site) -> None:
    there = ObjectPath("s3://another-bucket/a")
    with pytest.raises(OSError, match="no such bucket"):
        remove_objects([folder(moto, "a"), there])


def test_a_listing_without_end_is_given_up(moto: Site) -> None:
    endless = b"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"
    moto.by(lambda _: Fault(status=200, body=endless))
    with pytest.raises(OSError, match="lists without end"):
        list(list_objects(folder(moto)))
    same = endless.replace(b"<IsT", b"<NextContinuationToken>x</NextContinuationToken><IsT")
    moto.by(lambda _: Fault(status=200, body=same))
    with pytest.raises(OSError, match="lists without end"):
        list(list_objects(folder(moto)))


def test_uploads_that_were_left_are_given_up(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("run/a", "run/b/c", "run2/d"):
        begin_upload(site, key, monkeypatch, tmp_path)
    assert sorted(pending_uploads(site)) == ["run/a", "run/b/c", "run2/d"]
    assert abort_uploads(folder(site, "run")) == 2
    assert pending_uploads(site) == ["run2/d"]
    assert abort_uploads(folder(site)) == 1
    assert abort_uploads(folder(site)) == 0


def test_an_upload_that_is_gone_by_then_is_no_error(
    moto: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_upload(moto, "a", monkeypatch, tmp_path)
    moto.then(None, Fault(lose="answer"))
    assert abort_uploads(folder(moto)) == 0
    assert pending_uploads(moto) == []
    begin_upload(moto, "a", monkeypatch, tmp_path)
    moto.then(None, refuse(404, "NoSuchUpload"))
    assert abort_uploads(folder(moto)) == 0


def begin_upload(site: Site, key: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("provenance.objects.upload.PART", 10)
    path = tmp_path / "file"
    path.write_bytes(b"x" * 25)
    Upload(path, folder(site, key)).send()
