"""Reading over http goes on where an answer went wrong, and gives the file's bytes or says why it cannot."""

import shutil
import subprocess
from pathlib import Path

import pytest

from provenance.archive.source import SourceError, open_source
from provenance.archive.source.http import USER_AGENT
from provenance.errors import ShardError
from tests.archive.source.reading import SILENCE, made_bytes, open_quickly, read_like_the_reader
from tests.archive.source.servers import Fault, serve_folder

DATA = made_bytes(600_000)
WHOLE = Fault(ignore_range=True)
BARE = {"ETag": None, "Last-Modified": None}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "x.gz").write_bytes(DATA)
    return tmp_path


FAULTS = {
    "dropped": ([Fault(drop_after=200_000), Fault(drop_after=100_000)], ["0-", "200000-", "300000-"]),
    "dropped before its first byte": ([Fault(drop_after=0), Fault(drop_after=0)], ["0-"] * 3),
    "silent": ([Fault(stall_after=70_000)], ["0-", "70000-"]),
    "silent from the start": ([Fault(stall_after=0)], ["0-", "0-"]),
    "trickle": ([Fault(trickle=700)], ["0-"]),
    "parts shorter than asked for": ([Fault(give=100_000)] * 3, ["0-", "100000-", "200000-", "300000-"]),
    "Content-Length too short": ([Fault(length_off=-400_000)], ["0-", "200000-"]),
    "Content-Length too long": ([Fault(length_off=1000)], ["0-"]),
    "503 in a burst": ([Fault(status=503)] * 3, ["0-"] * 4),
    "502 while going on": ([Fault(drop_after=9), Fault(status=502), Fault(status=504)], ["0-", "9-", "9-", "9-"]),
    "chunked, dropped": ([Fault(ignore_range=True, chunked=True, drop_after=300_000)], ["0-", "300000-"]),
    "no ranges": ([WHOLE, WHOLE], ["0-", "600000-"]),
    "no ranges, chunked": ([Fault(ignore_range=True, chunked=True)] * 2, ["0-", "600000-"]),
    "no ranges, dropped": ([Fault(ignore_range=True, drop_after=250_000), WHOLE, WHOLE], ["0-", "250000-", "600000-"]),
    "no ranges, no versions, dropped": (
        [Fault(ignore_range=True, headers=BARE, drop_after=250_000), Fault(ignore_range=True, headers=BARE)],
        ["0-", "250000-", "600000-"],
    ),
    "no total, end asked for": ([WHOLE], ["0-", "600000-"]),
    "no total, Content-Length too short": ([Fault(ignore_range=True, length_off=-400_000)], ["0-", "200000-"]),
    "no length at all, dropped": (
        [Fault(ignore_range=True, drop_after=300_000, headers={"Content-Length": None, "Connection": "close"})],
        ["0-", "300000-"],
    ),
    "said to be coded": ([Fault(headers={"Content-Encoding": "gzip"})], ["0-"]),
}


@pytest.mark.parametrize(("faults", "ranges"), FAULTS.values(), ids=FAULTS)
def test_the_bytes_are_the_file_whatever_goes_wrong(folder: Path, faults: list[Fault], ranges: list[str]) -> None:
    silent = any(fault.stall_after is not None for fault in faults)
    with serve_folder(folder, faults) as site:
        source, _ = open_quickly(site.url("x.gz"), timeout_s=SILENCE if silent else 20.0)
        read = read_like_the_reader(source)
        source.close()
    assert read == DATA
    assert source.size == len(DATA)
    assert site.ranges == [f"bytes={asked}" for asked in ranges]
    assert site.happened == faults
    assert site.outwaited == 0


def test_a_drop_after_progress_is_gone_on_with_at_once(folder: Path) -> None:
    with serve_folder(folder, [Fault(drop_after=1000)] * 100) as site:
        source, waits = open_quickly(site.url("x.gz"), attempts=2)
        assert source.read_at(0, 50_000) == DATA[:50_000]
    assert waits == []
    assert len(site.happened) == 50


def test_failures_before_progress_do_not_count(folder: Path) -> None:
    with serve_folder(folder, [Fault(drop_after=1000), Fault(status=503)] * 20) as site:
        source, waits = open_quickly(site.url("x.gz"), attempts=2)
        assert source.read_at(0, 20_000) == DATA[:20_000]
    assert waits == [1.0] * 19
    assert len(site.happened) == 39


def test_without_progress_reading_ends_after_so_many_attempts(folder: Path) -> None:
    with serve_folder(folder, [Fault(drop_after=70_000), *[Fault(drop_after=0)] * 9]) as site:
        source, waits = open_quickly(site.url("x.gz"), attempts=5)
        with pytest.raises(SourceError, match=r"at byte 70000: .* given up after 5 attempts without progress"):
            read_like_the_reader(source)
    assert site.ranges == ["bytes=0-", *["bytes=70000-"] * 5]
    assert waits == [1.0, 2.0, 4.0, 8.0]


def test_a_server_that_never_answers_loses_the_shard_at_open(folder: Path) -> None:
    with (
        serve_folder(folder, [Fault(status=503)] * 9) as site,
        pytest.raises(ShardError, match="503 Service Unavailable; given up after 8 attempts"),
    ):
        open_quickly(site.url("x.gz"))
    assert len(site.happened) == 8


def test_a_refused_connection_is_tried_again(folder: Path) -> None:
    with serve_folder(folder) as site:
        url = site.url("x.gz")
    with pytest.raises(ShardError, match=r"Connection refused.*given up after 3 attempts"):
        open_quickly(url, attempts=3)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_what_is_refused_is_not_asked_again(folder: Path, status: int) -> None:
    with serve_folder(folder, [Fault(status=status)]) as site, pytest.raises(ShardError, match=str(status)):
        open_quickly(site.url("x.gz"))
    assert len(site.requests) == 1


def test_the_longest_wait_a_server_may_ask_for_is_kept(folder: Path) -> None:
    with serve_folder(folder, [Fault(status=429, headers={"Retry-After": "7"})]) as site:
        source, waits = open_quickly(site.url("x.gz"))
        assert source.read_at(0, 10) == DATA[:10]
    assert len(site.happened) == 1
    assert waits == [8.0]  # seven as asked, and at most one drawn


def test_a_server_that_asks_for_a_longer_wait_is_given_up(folder: Path) -> None:
    with (
        serve_folder(folder, [Fault(status=503, headers={"Retry-After": "3600"})]) as site,
        pytest.raises(ShardError, match="asks to wait 3600 s, more than longest_wait_s = 60"),
    ):
        open_quickly(site.url("x.gz"))
    assert len(site.requests) == 1


def test_the_same_claim_a_second_time_is_believed_without_reading_it_all_again(folder: Path) -> None:
    with serve_folder(folder, [WHOLE, Fault(ignore_range=True, stall_after=0)]) as site:
        source, waits = open_quickly(site.url("x.gz"))
        assert read_like_the_reader(source) == DATA
    assert len(site.happened) == 2
    assert waits == []


CHANGES = {
    "other ETag": Fault(headers={"ETag": '"other"'}),
    "other date": Fault(headers={"ETag": None, "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}),
    "other size": Fault(headers={"ETag": None, "Last-Modified": None, "Content-Range": "bytes 9000-599999/700000"}),
    "other size under the same ETag": Fault(headers={"Content-Range": "bytes 9000-599999/700000"}),
    "whole and other": Fault(ignore_range=True, headers={"ETag": '"other"'}),
    "smaller": Fault(status=416, headers={"Content-Range": "bytes */8000"}),
    "refused by its version": Fault(status=412),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_object_that_changes_while_it_is_read_is_an_error(folder: Path, change: Fault) -> None:
    with serve_folder(folder, [Fault(drop_after=9000), change]) as site:
        source, _ = open_quickly(site.url("x.gz"))
        with pytest.raises(SourceError, match="at byte 9000: the object changed while it was read"):
            read_like_the_reader(source)
    assert site.happened[1] == change


def test_a_file_written_anew_while_it_is_read_is_an_error(folder: Path) -> None:
    with serve_folder(folder, [Fault(drop_after=9000)]) as site:
        source, _ = open_quickly(site.url("x.gz"))
        assert source.read_at(0, 9000) == DATA[:9000]
        (folder / "x.gz").write_bytes(made_bytes(600_001, seed=1))
        with pytest.raises(SourceError, match="its ETag was"):
            source.read_at(9000, 1)
    assert site.requests[1].headers["if-range"] == f'"{600_000:x}-' + site.requests[1].headers["if-range"].split("-")[1]


def test_no_ranges_and_another_length_is_a_change(folder: Path) -> None:
    other = Fault(ignore_range=True, headers=BARE, length_off=5)
    with serve_folder(folder, [Fault(ignore_range=True, headers=BARE, drop_after=100), other]) as site:
        source, _ = open_quickly(site.url("x.gz"))
        with pytest.raises(SourceError, match="600000 bytes and then 600005"):
            read_like_the_reader(source)
    assert len(site.happened) == 2


def test_a_size_found_out_is_held_against_later_answers(folder: Path) -> None:
    unsized = Fault(ignore_range=True, chunked=True, headers=BARE)
    with serve_folder(folder, [unsized, unsized, Fault(headers={**BARE, "Content-Range": "bytes 0-9/10"})]) as site:
        source, _ = open_quickly(site.url("x.gz"), window_bytes=0)
        while source.size is None:
            source.read_at(599_999, 2)
        with pytest.raises(SourceError, match="it had 600000 bytes and has 10"):
            source.read_at(0, 9)
    assert len(site.happened) == 3


@pytest.mark.parametrize("told", ["bytes 50000-599999/600000", "bytes */600000", "lines 9000-9/10", None])
def test_a_part_that_starts_elsewhere_or_does_not_say_where_is_an_error(folder: Path, told: str | None) -> None:
    wrong = Fault(headers={"Content-Range": told})
    with serve_folder(folder, [Fault(drop_after=9000), wrong]) as site:
        source, _ = open_quickly(site.url("x.gz"))
        with pytest.raises(SourceError, match="other bytes than those asked for"):
            read_like_the_reader(source)
    assert len(site.happened) == 2


def test_redirects_are_followed(folder: Path) -> None:
    with serve_folder(folder, [Fault(status=302, headers={"Location": "/x.gz"})]) as site:
        source, _ = open_quickly(site.url("moved.gz"))
        assert read_like_the_reader(source) == DATA
    assert [request.path for request in site.requests] == ["/moved.gz", "/x.gz"]


def test_redirects_without_end_are_given_up(folder: Path) -> None:
    with (
        serve_folder(folder, [Fault(status=302, headers={"Location": "/x.gz"})] * 20) as site,
        pytest.raises(ShardError, match="more than 10 redirects"),
    ):
        open_quickly(site.url("x.gz"))
    assert len(site.happened) == 11


@pytest.mark.parametrize("faults", [[], [WHOLE], [Fault(status=416)]], ids=["416 with total", "200", "416 without"])
def test_an_empty_object_is_empty(tmp_path: Path, faults: list[Fault]) -> None:
    (tmp_path / "empty").touch()
    with serve_folder(tmp_path, faults) as site:
        source, _ = open_quickly(site.url("empty"))
        assert source.read_at(0, 10) == b""
    assert source.size == 0
    assert site.happened == faults


def test_requests_name_the_package_and_want_bytes_as_stored(folder: Path) -> None:
    with serve_folder(folder) as site:
        open_quickly(site.url("x.gz"))[0].close()
    (request,) = site.requests
    assert request.headers["user-agent"] == USER_AGENT
    assert request.headers["accept-encoding"] == "identity"


def test_user_and_password_are_sent_and_not_shown(folder: Path) -> None:
    with serve_folder(folder, [None, Fault(status=401)]) as site:
        url = site.url("x.gz").replace("://", "://me:hush%21@")
        source, _ = open_quickly(url)
        with pytest.raises(ShardError) as caught:
            open_quickly(url)
    assert site.requests[0].headers["authorization"] == "Basic bWU6aHVzaCE="
    assert "hush" not in source.place + str(caught.value)
    assert "me:" not in source.place + str(caught.value)


def test_the_environments_proxy_is_used_unless_the_host_is_excepted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve_folder(folder) as proxy:
        monkeypatch.setenv("http_proxy", proxy.address.replace("://", "://me:hush@"))
        monkeypatch.setenv("no_proxy", "else.invalid")
        source, _ = open_quickly("http://you:whisper@archive.invalid/x.gz#part")
        assert source.read_at(0, 10) == DATA[:10]
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        open_quickly(proxy.url("x.gz"))[0].close()
    through, direct = proxy.requests
    assert through.path == "http://archive.invalid/x.gz"
    assert through.headers["proxy-authorization"] == "Basic bWU6aHVzaA=="
    assert through.headers["authorization"] == "Basic eW91OndoaXNwZXI="
    assert direct.path == "/x.gz"


def test_a_host_that_does_not_exist_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(ShardError, match=r"cannot be opened: (there is no such host|at byte 0: the connection failed)"):
        open_quickly("http://archive.invalid/x.gz", attempts=1)  # which of them is the resolver's choice


@pytest.mark.parametrize("place", ["http://", "http://host:port/x", "http:///x", "ftp://host/x", "gs://bucket/x"])
def test_what_is_no_address_is_said(place: str) -> None:
    with pytest.raises(ShardError, match="cannot be opened"):
        open_source(place)


def test_places_here_and_there_are_asked_for_by_themselves_over_one_connection(folder: Path) -> None:
    spans = [(100, 50), (590_000, 20_000), (600_000, 5), (700_000, 5), (0, 7), (500, 10)]
    with serve_folder(folder) as site:
        source, _ = open_quickly(site.url("x.gz"), at_once=False)
        for at, n in spans:
            assert source.read_at(at, n) == DATA[at : at + n]
    assert site.ranges == ["bytes=100-149", "bytes=590000-609999", "bytes=0-6", "bytes=500-509"]
    assert len({request.client for request in site.requests}) == 1


def test_a_place_that_breaks_off_is_gone_on_with_for_itself(folder: Path) -> None:
    with serve_folder(folder, [Fault(drop_after=20), Fault(length_off=-10)]) as site:
        source, _ = open_quickly(site.url("x.gz"), at_once=False)
        assert source.read_at(100, 50) == DATA[100:150]
    assert site.ranges == ["bytes=100-149", "bytes=120-149", "bytes=140-149"]


def test_reading_on_behind_a_place_is_one_request(folder: Path) -> None:
    with serve_folder(folder) as site:
        source, _ = open_quickly(site.url("x.gz"), at_once=False)
        read = b"".join(source.read_at(at, 50) for at in range(1000, 2000, 50))
    assert read == DATA[1000:2000]
    assert site.ranges == ["bytes=1000-1049", "bytes=1050-"]


def test_nothing_is_asked_of_an_address_that_is_not_read(folder: Path) -> None:
    with serve_folder(folder) as site:
        open_quickly(site.url("x.gz"), at_once=False)[0].close()
    assert site.requests == []


def test_a_place_behind_the_end_of_an_object_not_seen_before_is_empty(folder: Path) -> None:
    with serve_folder(folder) as site:
        source, _ = open_quickly(site.url("x.gz"), at_once=False)
        assert source.read_at(700_000, 5) == b""
    assert source.size == len(DATA)
    assert site.ranges == ["bytes=700000-700004"]


def test_a_server_without_ranges_is_read_through_over_any_gap(folder: Path) -> None:
    with serve_folder(folder, [WHOLE]) as site:
        source, _ = open_quickly(site.url("x.gz"), skip_bytes=1000)
        assert source.read_at(500_000, 10) == DATA[500_000:500_010]
    assert len(site.requests) == len(site.happened) == 1


def test_bytes_behind_the_size_told_are_not_taken(folder: Path) -> None:
    with serve_folder(folder, [Fault(headers={"Content-Range": "bytes 0-299999/300000"})]) as site:
        source, _ = open_quickly(site.url("x.gz"))
        assert read_like_the_reader(source) == DATA[:300_000]
    assert len(site.happened) == 1


@pytest.fixture
def certified(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 and its key in one file, signed by itself."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not there to make a certificate")
    made = tmp_path / "certificate.pem"
    ask = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=tests -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*ask.split(), "-keyout", made, "-out", tmp_path / "c"], check=True, capture_output=True)
    made.write_bytes(made.read_bytes() + (tmp_path / "c").read_bytes())
    return made


def test_a_certificate_that_is_not_trusted_ends_it_at_once(folder: Path, certified: Path) -> None:
    refused = pytest.raises(ShardError, match=r"certificate is not to be trusted: .*self-signed")
    with serve_folder(folder, certificate=certified) as site, refused:
        open_quickly(site.url("x.gz"))
    assert site.requests == []


def test_a_trusted_certificate_is_read_under(folder: Path, certified: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certified))
    with serve_folder(folder, [Fault(drop_after=70_000)], certificate=certified) as site:
        assert site.url("x").startswith("https://")
        assert read_like_the_reader(open_quickly(site.url("x.gz"))[0]) == DATA
    assert len(site.happened) == 1
