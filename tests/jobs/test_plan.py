"""What the user names becomes shards; what cannot be read is said before any work."""

import os
from pathlib import Path

import pytest

from provenance.errors import ConfigError
from provenance.jobs.sources.plan import find_shards


def touch(path: Path, content: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def names(shards: object) -> list[tuple[str, str]]:
    return [(shard.crawl, shard.name) for shard in shards]  # type: ignore[attr-defined]


def test_a_folder_gives_its_archives_and_nothing_else(tmp_path: Path) -> None:
    for name in ("b.warc.gz", "a.warc.zst", "c.warc.wet.gz", "d.arc.gz", "notes.txt", "e.warc.gz.part"):
        touch(tmp_path / "in" / name)
    assert names(find_shards([str(tmp_path / "in")], "c")) == [("c", "a"), ("c", "b"), ("c", "c"), ("c", "d")]


def test_the_crawl_is_read_off_the_path(tmp_path: Path) -> None:
    touch(tmp_path / "CC-MAIN-2019-30" / "a.warc.gz")
    touch(tmp_path / "other" / "b.warc.gz")
    assert names(find_shards([str(tmp_path)], None)) == [("CC-MAIN-2019-30", "a"), ("local", "b")]


def test_the_crawl_is_that_of_the_partition_as_samples_lay_their_records(tmp_path):
    touch(tmp_path / "CC-MAIN-2019-30" / "warc" / "crawl=news-2024" / "part-00000.warc.gz")
    touch(tmp_path / "warc" / "crawl=CC-MAIN-2024-10" / "part-00000.warc.gz")
    found = names(find_shards([str(tmp_path)], None))
    assert found == [("CC-MAIN-2024-10", "part-00000"), ("news-2024", "part-00000")]
    assert names(find_shards([str(tmp_path / "warc")], "mine")) == [("mine", "part-00000")]


def test_a_common_crawl_file_name_is_no_crawl_name(tmp_path: Path) -> None:
    touch(tmp_path / "CC-MAIN-20190715175205-20190715200159-00000.warc.gz")
    assert find_shards([str(tmp_path)], None)[0].crawl == "local"


def test_a_path_inside_a_crawl_joins_the_index(tmp_path: Path) -> None:
    inner = "crawl-data/CC-MAIN-2024-33/segments/1/warc/x.warc.gz"
    touch(tmp_path / inner)
    shard = find_shards([str(tmp_path / inner)], None)[0]
    assert (shard.warc_filename, shard.crawl) == (inner, "CC-MAIN-2024-33")


def test_a_file_named_twice_counts_once(tmp_path: Path) -> None:
    path = touch(tmp_path / "a.warc.gz")
    assert len(find_shards([str(path), str(tmp_path), str(tmp_path / "*.gz")], None)) == 1


def test_equal_names_are_told_apart(tmp_path: Path) -> None:
    touch(tmp_path / "1" / "a.warc.gz")
    touch(tmp_path / "2" / "a.warc.gz")
    found = find_shards([str(tmp_path)], "c")
    assert len({shard.name for shard in found}) == 2
    assert all(shard.name.startswith("a-") for shard in found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nowhere.warc.gz", "no such file or folder"),
        ("nothing/*.warc", "no such file or folder"),
        ("empty", "no archive in this folder"),
        ("pipe", "not a file; what comes through a pipe is read as -"),
        ("ftp://host/a.warc.gz", "ftp:// cannot be read"),
        ("http:///a.warc.gz", "names no file on a host"),
        ("http://host/folder/", "names no file on a host"),
        ("http://host/*.warc.gz", "no globs"),
    ],
)
def test_an_unusable_input_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe")
    given = text if "://" in text else str(tmp_path / text)
    with pytest.raises(ConfigError, match=message):
        find_shards([given], None)


@pytest.mark.parametrize("crawl", ["", "a/b", "../x", "a b"])
def test_a_crawl_name_must_be_a_file_name(tmp_path: Path, crawl: str) -> None:
    with pytest.raises(ConfigError, match="--crawl"):
        find_shards([str(touch(tmp_path / "a.warc.gz"))], crawl)


def test_a_file_counts_once_under_a_relative_path_and_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = touch(tmp_path / "a.warc.gz")
    (tmp_path / "b.warc.gz").symlink_to(path)
    monkeypatch.chdir(tmp_path)
    assert names(find_shards(["a.warc.gz", str(path), "b.warc.gz"], "c")) == [("c", "a")]


def test_equal_names_are_told_apart_alike_from_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("1", "2"):
        touch(tmp_path / folder / "a.warc.gz")
    monkeypatch.chdir(tmp_path)
    assert names(find_shards(["1", "2"], "c")) == names(find_shards([str(tmp_path)], "c"))


def test_a_long_name_is_cut_and_told_apart(tmp_path: Path) -> None:
    for last in "ab":
        touch(tmp_path / ("x" * 230 + last + ".warc.gz"))
    found = [name for _, name in names(find_shards([str(tmp_path)], "c"))]
    assert len(set(found)) == 2
    assert max(map(len, found)) <= 160


def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = touch(tmp_path / "bad\udcff.warc.gz")
    with pytest.raises(ConfigError, match="not UTF-8"):
        find_shards([str(path)], None)


def test_a_folder_that_ends_like_crawl_data_is_none(tmp_path: Path) -> None:
    path = touch(tmp_path / "my-crawl-data" / "x.warc.gz")
    assert find_shards([str(path)], None)[0].warc_filename == "x.warc.gz"


def test_a_file_written_again_has_changed(tmp_path: Path) -> None:
    path = touch(tmp_path / "a.warc.gz")
    before = find_shards([str(path)], None)
    os.utime(path, ns=(1, 1))
    assert find_shards([str(path)], None) != before


@pytest.mark.parametrize("name", ["a.warc.bz2", "a.wat.gz", "a.warc.gz.open", "a.arc"])
def test_an_archive_of_a_kind_we_may_not_read_is_not_passed_over(tmp_path: Path, name: str) -> None:
    touch(tmp_path / "in" / name)
    touch(tmp_path / "in" / "a.warc.gz.md5")
    assert [Path(shard.place).name for shard in find_shards([str(tmp_path / "in")], None)] == [name]


@pytest.mark.parametrize("name", ["a.warc.bz2", "a.warc.xz", "a.warc.wet.gz", "a.warc.lz4", "a.arc"])
def test_a_shard_is_named_without_what_says_its_kind(tmp_path: Path, name: str) -> None:
    assert names(find_shards([str(touch(tmp_path / name))], "c")) == [("c", "a")]
