"""Places as strings: which are the same, what is shown of them, what is left of a URL that holds a secret."""

from pathlib import Path

import pytest

from provenance.jobs.sources.places import (
    find_file,
    find_url,
    hide_secrets,
    identify_place,
    is_hidden,
    path_of,
    show_place,
)
from provenance.jobs.sources.plan import Shard, find_shards

SIGNED = "https://user:pass@Host:81/crawl-data/CC-MAIN-2024-33/a.warc.gz?X-Amz-Signature=abc&t=secret"


def test_no_secret_is_shown() -> None:
    shown = hide_secrets(SIGNED)
    assert shown == "https://...@host:81/crawl-data/CC-MAIN-2024-33/a.warc.gz?..."
    assert hide_secrets(shown) == shown


@pytest.mark.parametrize("place", ["/data/a?b@c.warc", "s3://bucket/what?@is.warc", "-", "https://host/a.warc.gz"])
def test_what_holds_no_secret_is_shown_as_it_is(place: str) -> None:
    assert hide_secrets(place) == place
    assert not is_hidden(place)


def test_a_url_with_another_ticket_is_the_same_archive() -> None:
    other = SIGNED.replace("user:pass@", "").replace("abc", "def")
    assert identify_place(other) == identify_place(SIGNED) == identify_place(hide_secrets(SIGNED))


def test_a_query_that_says_which_archive_tells_apart() -> None:
    first, second = (f"https://host/get?file={name}.warc.gz" for name in "ab")
    assert identify_place(first) != identify_place(second)
    assert identify_place(hide_secrets(first)) == identify_place(first)
    assert "file" not in hide_secrets(first)


def test_what_was_hidden_cannot_be_read_again() -> None:
    assert is_hidden(hide_secrets(SIGNED))
    assert is_hidden(hide_secrets("https://host/get?file=a"))
    assert is_hidden(hide_secrets("https://me@host/a.warc.gz"))
    assert not is_hidden(SIGNED)


def test_the_path_of_a_url_is_decoded_and_that_of_a_key_is_not() -> None:
    assert path_of("https://host/a%20b.warc.gz?x=1") == "/a b.warc.gz"
    assert path_of("s3://bucket/a%20b.warc.gz?x=1") == "a%20b.warc.gz?x=1"


def test_names_of_a_signed_url_hold_no_secret() -> None:
    shard = find_shards(["https://u:p@127.0.0.1:9/CC-MAIN-2024-33/a%20b.warc.gz?sig=s"], None)[0]
    assert (shard.crawl, shard.name, shard.warc_filename) == ("CC-MAIN-2024-33", "a_b", "a b.warc.gz")


def test_a_fragment_is_no_part_of_a_place() -> None:
    assert find_url("https://host/a.warc.gz#top").place == "https://host/a.warc.gz"


def test_a_path_in_messages_is_the_shortest_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "a.warc.gz").touch()
    monkeypatch.chdir(tmp_path / "in")
    assert find_file(Path("../in/.././a.warc.gz")).place == str(tmp_path / "a.warc.gz")


def test_a_path_through_a_link_and_back_stays_what_it_means(tmp_path: Path) -> None:
    (tmp_path / "far" / "in").mkdir(parents=True)
    (tmp_path / "far" / "a.warc.gz").touch()
    (tmp_path / "link").symlink_to(tmp_path / "far" / "in")
    assert find_file(tmp_path / "link" / ".." / "a.warc.gz").place == str(tmp_path / "link" / ".." / "a.warc.gz")


def test_standard_input_has_a_name_in_messages() -> None:
    assert show_place("-") == "standard input"
    assert Shard("c", "mine", "-", 0).warc_filename == "mine"
