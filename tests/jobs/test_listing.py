"""List files: a place a line, with Common Crawl's own lists; a line that names nothing is said with its number."""

import gzip
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from provenance.errors import ConfigError
from provenance.jobs.sources.inputs import InputOptions
from provenance.jobs.sources.plan import Shard, find_shards

INNER = "crawl-data/CC-MAIN-2024-33/segments/1/warc/a.warc.gz"


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def write(path: Path, text: str | bytes) -> Path:
    data = text.encode() if isinstance(text, str) else text
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def listed(path: Path, base: str | None = None) -> list[str]:
    return [shard.place for shard in shards(path, base)]


def shards(path: Path, base: str | None = None) -> list[Shard]:
    return find_shards([str(path)], None, InputOptions(base=base))


@pytest.mark.parametrize("name", ["a.txt", "a.lst", "a.list", "warc.paths", "a.TXT", "a.txt.gz", "warc.paths.gz"])
def test_a_list_is_known_by_its_name(tmp_path: Path, name: str) -> None:
    archive = touch(tmp_path / "a.warc.gz")
    assert listed(write(tmp_path / name, f"{archive}\n")) == [str(archive)]


def test_relative_lines_count_from_the_folder_of_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "in" / "deep" / "a.warc.gz")
    write(tmp_path / "in" / "list.txt", "deep/a.warc.gz\n./deep/../deep/a.warc.gz\n")
    monkeypatch.chdir(tmp_path)
    assert listed(Path("in/list.txt")) == [str(tmp_path / "in" / "deep" / "a.warc.gz")]


def test_lines_may_be_urls_of_any_kind(tmp_path: Path) -> None:
    urls = ["HTTPS://host/a.warc.gz", "http://host:8080/b.wat.gz?sig=1", "s3://bucket/c.warc.gz"]
    assert listed(write(tmp_path / "list.txt", "\n".join(urls))) == ["https://host/a.warc.gz", *urls[1:]]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# all of them\n\n  \na.warc.gz\n", id="comment-and-empty"),
        pytest.param("a.warc.gz\r\n\r\n", id="crlf"),
        pytest.param("\ufeffa.warc.gz", id="bom"),
        pytest.param("a.warc.gz\n".encode("utf-16"), id="utf-16"),
        pytest.param("  a.warc.gz\t\n", id="blanks"),
        pytest.param("a.warc.gz\na.warc.gz\n", id="twice"),
    ],
)
def test_lines_as_editors_leave_them(tmp_path: Path, text: str | bytes) -> None:
    archive = touch(tmp_path / "a.warc.gz")
    assert listed(write(tmp_path / "list.txt", text)) == [str(archive)]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Dear diary,", "no such file, and no URL"),
        ("gone.warc.gz", "no such file, and no URL"),
        ("folder", "is a folder; a list names an archive a line"),
        ("ftp://host/a.warc.gz", "ftp:// cannot be read"),
        ("https://host/", "names no file on a host"),
        ("https://[/a.warc.gz", "names no file on a host"),
        ("-", "no such file, and no URL"),
        ("bad\udcff.warc.gz", "no such file, and no URL"),
    ],
)
def test_a_line_that_names_nothing_is_said_with_its_number(tmp_path: Path, line: str, why: str) -> None:
    touch(tmp_path / "a.warc.gz")
    (tmp_path / "folder").mkdir()
    path = write(tmp_path / "list.txt", f"# one\na.warc.gz\n{line}\n".encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigError, match=rf"list\.txt, line 3: .*{why}"):
        listed(path)


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing yet\n"])
def test_a_list_that_names_nothing_at_all(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="names no archive"):
        listed(write(tmp_path / "list.txt", text))


def test_a_cut_list_is_not_taken_for_a_short_one(tmp_path: Path) -> None:
    touch(tmp_path / "a.warc.gz")
    path = write(tmp_path / "list.txt.gz", "a.warc.gz\n" * 1000)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ConfigError, match="a damaged list"):
        listed(path)


def test_a_list_of_more_than_a_bound_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = write(tmp_path / "list.txt.gz", b"\n" * 70_000_000)
    with pytest.raises(ConfigError, match="larger than a list may be"):
        listed(path)


@pytest.mark.parametrize("head", [b"WARC/1.0\r\n", b"filedesc://x 0.0.0.0 20010101000000 text/plain 76\n"])
@pytest.mark.parametrize("name", ["a.txt", "a.txt.gz"])
def test_an_archive_under_the_name_of_a_list_is_an_archive(tmp_path: Path, name: str, head: bytes) -> None:
    path = write(tmp_path / name, head + b"whatever: it is\r\n")
    assert listed(path) == [str(path)]


def test_a_crawl_list_counts_from_a_base_url(tmp_path: Path) -> None:
    path = write(tmp_path / "warc.paths.gz", f"{INNER}\n")
    for base in (
        "https://data.commoncrawl.org/",
        "https://data.commoncrawl.org",
        "s3://commoncrawl/",
        "s3://commoncrawl",
    ):
        shard = shards(path, base)[0]
        assert shard.place == f"{base.rstrip('/')}/{INNER}"
        assert (shard.crawl, shard.name, shard.warc_filename) == ("CC-MAIN-2024-33", "a", INNER)


def test_a_missing_package_is_said_before_any_work(tmp_path: Path) -> None:
    path = write(tmp_path / "warc.paths.gz", f"{INNER}\n")
    program = "import sys; sys.modules['boto3'] = None; from provenance.cli import main; main()"
    given = ["run", str(path), "--base", "s3://commoncrawl", "--out", str(tmp_path / "out")]
    done = subprocess.run([sys.executable, "-c", program, *given], capture_output=True, text=True, check=False)
    assert (done.returncode, (tmp_path / "out").exists()) == (2, False)
    assert "s3:// needs boto3" in done.stderr


def test_a_crawl_list_counts_from_a_base_folder(tmp_path: Path) -> None:
    archive = touch(tmp_path / "disk" / INNER)
    assert listed(write(tmp_path / "warc.paths.gz", f"{INNER}\n"), str(tmp_path / "disk")) == [str(archive)]


@pytest.mark.parametrize("at", [".", "crawl-data/CC-MAIN-2024-33", "lists"])
def test_a_crawl_list_finds_crawl_data_beside_and_above_it(tmp_path: Path, at: str) -> None:
    archive = touch(tmp_path / INNER)
    assert listed(write(tmp_path / at / "warc.paths.gz", f"{INNER}\n")) == [str(archive)]


def test_a_crawl_list_alone_asks_for_a_base(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"line 1: .*--base https://data\.commoncrawl\.org/ or --base s3://commoncrawl/"
    ):
        listed(write(tmp_path / "warc.paths.gz", f"{INNER}\n"))


@pytest.mark.parametrize("base", ["nowhere", "gopher://host"])
def test_a_base_that_is_none_is_named(tmp_path: Path, base: str) -> None:
    with pytest.raises(ConfigError, match=r"nowhere: no such folder|gopher:// cannot"):
        listed(write(tmp_path / "warc.paths.gz", f"{INNER}\n"), base)


def test_a_whole_crawl_is_planned_without_a_request(tmp_path: Path) -> None:
    lines = [f"crawl-data/CC-MAIN-2024-33/segments/{i % 100}/warc/CC-MAIN-{i:05d}.warc.gz" for i in range(90_000)]
    path = write(tmp_path / "warc.paths.gz", "\n".join(lines))
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = shards(path, f"http://127.0.0.1:{server.getsockname()[1]}/")
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert len(found) == len({shard.flat_name for shard in found}) == 90_000
