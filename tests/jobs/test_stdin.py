"""An archive on standard input: the tables of the file, read by the process that was given it."""

import subprocess
from pathlib import Path

import pytest

from tests.archive.made_archives import gzipped, response
from tests.test_main_job import COMMAND, tables_of


def pipe(data: bytes, out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    given = [*COMMAND, "run", "-", "--crawl", "c", "--workers", "1", "--out", str(out), *arguments]
    done = subprocess.run(given, input=data, capture_output=True, timeout=300, check=False)
    return subprocess.CompletedProcess(given, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(scope="module")
def archive() -> bytes:
    return gzipped(*map(response, range(300)))


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory, archive: bytes) -> dict[str, bytes]:
    """Tables of the same bytes in a file that is called as standard input is."""
    base = tmp_path_factory.mktemp("disk")
    (base / "mine").write_bytes(archive)
    given = [*COMMAND, "run", str(base / "mine"), "--crawl", "c", "--workers", "1", "--out", str(base / "out")]
    subprocess.run(given, capture_output=True, check=True, timeout=300)
    return tables_of(base / "out")


def test_tables_are_those_of_the_file(tmp_path: Path, archive: bytes, on_disk: dict[str, bytes]) -> None:
    done = pipe(archive, tmp_path, "--name", "mine")
    assert done.returncode == 0, done.stderr
    assert tables_of(tmp_path) == on_disk


def test_a_pipe_that_was_cut_is_read_again_and_a_whole_one_is_not(
    tmp_path: Path, archive: bytes, on_disk: dict[str, bytes]
) -> None:
    cut = pipe(archive[: len(archive) // 2], tmp_path, "--name", "mine")
    assert cut.returncode == 1
    assert "lost: standard input: incomplete: " in cut.stderr
    whole = pipe(archive, tmp_path, "--name", "mine")
    assert whole.returncode == 0, whole.stderr
    assert tables_of(tmp_path) == on_disk
    again = pipe(gzipped(response(999)), tmp_path, "--name", "mine")
    assert (again.returncode, tables_of(tmp_path)) == (0, on_disk)
    assert "c/mine: standard input was read before and is not read again" in again.stderr


def test_what_is_no_archive_stays_lost_until_it_is_piped_again(tmp_path: Path) -> None:
    assert "lost: standard input: no WARC or ARC record" in pipe(b"Dear diary", tmp_path / "out").stderr
    (tmp_path / "a.warc").write_bytes(response(1))
    given = [
        *COMMAND,
        "run",
        str(tmp_path / "a.warc"),
        "--crawl",
        "c",
        "--workers",
        "1",
        "--out",
        str(tmp_path / "out"),
    ]
    other = subprocess.run(given, capture_output=True, text=True, timeout=300, check=False, input="not to be read")
    assert other.returncode == 1
    assert "lost: standard input: standard input was not read to its end" in other.stderr
    assert (tmp_path / "out" / "documents" / "crawl=c" / "a.parquet").exists()
    assert pipe(gzipped(response(2)), tmp_path / "out").returncode == 0


def test_a_pipe_through_which_nothing_came_is_lost(tmp_path: Path) -> None:
    done = pipe(b"", tmp_path)
    assert (done.returncode, "lost: standard input: nothing came" in done.stderr) == (1, True)


def test_two_pipes_have_two_names(tmp_path: Path) -> None:
    for number, name in enumerate(["one", "two"]):
        assert pipe(gzipped(response(number)), tmp_path, "--name", name).returncode == 0
    assert sorted(path.name for path in (tmp_path / "documents").rglob("*.parquet")) == ["one.parquet", "two.parquet"]


@pytest.mark.parametrize("arguments", [("--name", "a/b"), ("--write-warc",)])
def test_what_a_pipe_cannot_have_is_said_before_it_is_read(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = pipe(b"", tmp_path / "out", *arguments)
    assert (done.returncode, (tmp_path / "out").exists()) == (2, False)
    assert arguments[0] in done.stderr
