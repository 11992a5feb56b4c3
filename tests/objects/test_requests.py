"""Single objects, of real servers: their bytes come whole whatever happens on the way, or an error does."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.objects.asking import ATTEMPTS
from provenance.objects.place import ObjectPath, parse_place
from provenance.objects.requests import ConflictError, find_facts, get_bytes, get_pieces, put_bytes
from tests.objects.servers import BROKEN, SLOW_DOWN, Fault, Site, look, put, refuse, serve_objects

DATA = bytes(range(256)) * 4096  # 1 MiB
LOST = Fault(lose="request")
UNANSWERED = Fault(lose="answer")
ODD_KEYS = ["a b/c d", "ü/ß.json", "a+b", "50%", "a%20b", "x=1/y", "q?a=b&c#d", "'\"<>|", "日本/語"]


def place(site: Site, key: str = "folder/a.bin") -> ObjectPath:
    found = parse_place(site.url(key))
    assert isinstance(found, ObjectPath)
    return found


def stored(site: Site, data: bytes = DATA) -> ObjectPath:
    put(site, "folder/a.bin", data)
    return place(site)


def test_what_is_written_is_read(site: Site) -> None:
    etag = put_bytes(place(site), DATA)
    assert look(site) == {"folder/a.bin": DATA}
    assert get_bytes(place(site)) == DATA
    facts = find_facts(place(site))
    assert facts is not None
    assert (facts.size, facts.etag) == (len(DATA), etag)


def test_an_empty_object(site: Site) -> None:
    put_bytes(place(site), b"")
    assert look(site) == {"folder/a.bin": b""}
    assert get_bytes(place(site)) == b""
    facts = find_facts(place(site))
    assert facts is not None
    assert facts.size == 0


@pytest.mark.parametrize("key", ODD_KEYS)
def test_keys_are_what_they_are(site: Site, key: str) -> None:
    put_bytes(place(site, key), key.encode())
    assert look(site) == {key: key.encode()}
    assert get_bytes(place(site, key)) == key.encode()


@pytest.mark.parametrize(("begin", "end"), [(0, 1), (5, 5), (7, 4), (300, 70_000), (0, None), (1 << 19, None)])
def test_a_span(site: Site, begin: int, end: int | None) -> None:
    assert get_bytes(stored(site), begin, end) == DATA[begin:end]


def test_a_span_ends_with_the_object(site: Site) -> None:
    assert get_bytes(stored(site, b"0123456789"), 7, 1000) == b"789"


def test_only_the_span_is_asked_for(site: Site) -> None:
    where = stored(site)
    get_bytes(where, 100, 200)
    assert site.ranges == ["bytes=100-199"]
    assert site.given == 100


def test_absent_ones(site: Site) -> None:
    assert find_facts(place(site)) is None
    with pytest.raises(FileNotFoundError, match="no such object"):
        get_bytes(place(site))
    assert len(site.requests) == 2


@pytest.mark.parametrize("fault", [SLOW_DOWN, BROKEN, LOST, UNANSWERED, Fault(status=502), Fault(status=429)])
def test_what_fails_in_passing_is_asked_again(site: Site, fault: Fault) -> None:
    site.then(fault, fault)
    put_bytes(place(site), DATA)
    site.then(fault, fault)
    assert find_facts(place(site)) is not None
    site.then(fault, fault)
    assert get_bytes(place(site)) == DATA
    assert look(site) == {"folder/a.bin": DATA}
    assert site.methods == ["PUT"] * 3 + ["HEAD"] * 3 + ["GET"] * 3


def test_a_body_that_arrives_in_part_is_no_object(site: Site) -> None:
    put(site, "folder/a.bin", b"before")
    site.by(lambda request: Fault(take=1000) if request.method == "PUT" else None)
    with pytest.raises(OSError, match="given up after 12 attempts"):
        put_bytes(place(site), DATA)
    assert look(site) == {"folder/a.bin": b"before"}


@pytest.mark.parametrize("fault", [SLOW_DOWN, BROKEN, LOST, UNANSWERED])
def test_what_stays_wrong_is_an_error_that_names_the_object(moto: Site, waits: list[float], fault: Fault) -> None:
    moto.by(lambda _: fault)
    with pytest.raises(OSError, match="given up after 12 attempts, run again later") as caught:
        put_bytes(place(moto), b"x")
    assert caught.value.filename == moto.url("folder/a.bin")
    assert len(moto.requests) == ATTEMPTS
    assert len(waits) == ATTEMPTS - 1


def test_waits_double_up_to_a_limit(moto: Site, waits: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenance.objects.asking.random.uniform", lambda low, high: high)
    moto.by(lambda _: SLOW_DOWN)
    with pytest.raises(OSError, match="SlowDown"):
        get_bytes(place(moto))
    assert waits == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0, 20.0, 20.0]


@pytest.mark.parametrize("n", [1, 100_000, len(DATA) - 1])
def test_a_connection_that_breaks_is_taken_up_where_it_broke(site: Site, n: int) -> None:
    where = stored(site)
    site.then(Fault(drop_after=n), Fault(drop_after=n))
    assert get_bytes(where) == DATA
    assert site.given < 2 * len(DATA)


@pytest.mark.parametrize("fault", [Fault(give=5000), Fault(trickle=3000), Fault(chunked=True), Fault(length_off=100)])
def test_odd_answers_to_a_span(site: Site, fault: Fault) -> None:
    where = stored(site)
    site.then(fault)
    assert get_bytes(where, 200_000, 300_000) == DATA[200_000:300_000]


def test_no_end_of_small_gifts(moto: Site) -> None:
    where = stored(moto)
    moto.by(lambda _: Fault(drop_after=1))
    with pytest.raises(OSError, match="the connection breaks off"):
        get_bytes(where)
    assert len(moto.requests) <= 2 * ATTEMPTS


def test_a_long_object_may_break_more_often(moto: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenance.objects.requests._EARNED", 30_000)
    where = stored(moto)
    moto.by(lambda _: Fault(drop_after=65_536))
    assert get_bytes(where) == DATA
    assert len(moto.requests) == len(DATA) // 65_536 > ATTEMPTS


def test_silence_ends(moto: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    where = stored(moto)
    monkeypatch.setenv("PROVENANCE_OBJECTS_TIMEOUT_S", "0.2")
    moto.then(Fault(silent=True), Fault(stall_after=1000))
    assert get_bytes(where) == DATA
    assert moto.outwaited == 0
    moto.then(Fault(silent=True))
    put_bytes(where, b"new")
    assert look(moto) == {"folder/a.bin": b"new"}


def test_a_server_that_knows_no_spans_is_found_out(moto: Site) -> None:
    where = stored(moto)
    moto.then(Fault(ignore_range=True), Fault(ignore_range=True))
    assert get_bytes(where, 0, 10) == DATA[:10]
    with pytest.raises(OSError, match="other bytes than asked for"):
        get_bytes(where, 10, 20)


def test_an_answer_of_another_span_is_found_out(moto: Site) -> None:
    where = stored(moto)
    moto.then(Fault(headers={"Content-Range": f"bytes 5-14/{len(DATA)}"}))
    with pytest.raises(OSError, match="other bytes than asked for"):
        get_bytes(where, 10, 20)


def test_a_named_version_or_none(site: Site) -> None:
    etag = put_bytes(place(site), b"one")
    assert get_bytes(place(site), etag=etag) == b"one"
    put(site, "folder/a.bin", b"two")
    with pytest.raises(ConflictError, match="somebody else has written"):
        get_bytes(place(site), etag=etag)


def test_never_a_mixture_of_two_versions(site: Site) -> None:
    where = stored(site)
    site.then(Fault(drop_after=100_000))
    taken = bytearray()

    def take(piece: bytes) -> None:
        if not taken:
            put(site, "folder/a.bin", DATA[::-1])
        taken.extend(piece)

    with pytest.raises(ConflictError):
        get_pieces(where, take)
    assert DATA.startswith(taken)


def test_conditional_writes(moto: Site) -> None:
    etag = put_bytes(place(moto), b"one", new=True)
    with pytest.raises(ConflictError):
        put_bytes(place(moto), b"other", new=True)
    later = put_bytes(place(moto), b"two", etag=etag)
    with pytest.raises(ConflictError):
        put_bytes(place(moto), b"other", etag=etag)
    assert later != etag
    assert look(moto) == {"folder/a.bin": b"two"}


def test_a_storage_without_conditions_writes_all_the_same(rclone: Site) -> None:
    rclone.then(refuse(501, "NotImplemented"))
    put_bytes(place(rclone), b"one", new=True)
    put_bytes(place(rclone), b"two", new=True)
    assert look(rclone) == {"folder/a.bin": b"two"}
    rclone.then(refuse(501, "NotImplemented"))
    with pytest.raises(OSError, match="NotImplemented"):
        put_bytes(place(rclone), b"three")


def test_bytes_are_sent_with_their_digest(moto: Site) -> None:
    put_bytes(place(moto), b"")
    assert moto.requests[0].headers["content-md5"] == "1B2M2Y8AsgTpgAmY7PhCfg=="  # RFC 1864 of no bytes


FAULTS = st.one_of(
    st.none(),
    st.sampled_from([SLOW_DOWN, BROKEN, LOST, UNANSWERED]),
    st.builds(Fault, drop_after=st.integers(0, 50_000)),
    st.builds(Fault, take=st.integers(0, 50_000)),
    st.builds(Fault, trickle=st.integers(1000, 40_000)),
)


@pytest.fixture(scope="module")
def shared() -> Site:
    pytest.importorskip("boto3")
    with serve_objects() as site:
        yield site


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FAULTS, max_size=8), st.binary(max_size=100) | st.integers(1, 60_000), st.data())
def test_bytes_are_equal_after_any_faults(
    shared: Site, waits: list[float], faults: list[Fault | None], what: bytes | int, data: st.DataObject
) -> None:
    content = what if isinstance(what, bytes) else DATA[:what]
    begin = data.draw(st.integers(0, max(0, len(content) - 1)))
    end = data.draw(st.integers(begin, len(content)))
    shared.then(*faults)
    put_bytes(place(shared), content)
    assert get_bytes(place(shared)) == content
    shared.then(*faults)
    assert get_bytes(place(shared), begin, end) == content[begin:end]
