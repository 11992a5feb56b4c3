"""Paragraphs that recur on a host are marked in every document that has them, however the search is cut."""

from pathlib import Path

import polars as pl
import pytest

from provenance.jobs.dedup.rows import Fields
from tests.jobs.dedup.test_standalone import clusters, kept, search, write

NOTICE = "All rights reserved by the people of this page"
MENU = "Home About Contact"  # shorter than a paragraph
BODIES = [f"This page tells of the number {n} and of nothing else at all." for n in range(6)]


def page(n: int, *lines: str) -> str:
    return "\n".join([MENU, BODIES[n], *lines])


TEXTS = [
    page(0, NOTICE),
    page(1, "", f" {NOTICE}  "),
    page(2, NOTICE, NOTICE),
    page(3),
    page(4, NOTICE),
    page(5, NOTICE),
]
HOSTS = ["a.example", "a.example", "a.example", "a.example", "b.example", None]


@pytest.mark.parametrize("memory", [1, 10**9])
def test_a_line_of_three_texts_of_a_host_is_boilerplate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: int
) -> None:
    monkeypatch.setattr("provenance.jobs.dedup.search.PARAGRAPH_MEMORY", memory)
    for n in range(2):
        write(tmp_path / f"{n}.parquet", text=TEXTS[n * 3 : n * 3 + 3], host=HOSTS[n * 3 : n * 3 + 3])
    search(tmp_path / "out", tmp_path, fields=Fields(host="host"))
    found = pl.concat([clusters(tmp_path / "out", str(n)) for n in range(2)])
    n = len(NOTICE)
    shares = [n / len(TEXTS[0]), n / len(TEXTS[1]), 2 * n / len(TEXTS[2]), 0.0, 0.0, None]
    assert found["boilerplate_share"].to_list() == pytest.approx(shares)
    assert found["boilerplate_lines"].to_list() == [[2], [3], [2, 3], [], [], None]
    assert sum(kept(tmp_path / "out", str(n)).height for n in range(2)) == 6


def test_pages_of_one_text_make_no_boilerplate(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", text=[TEXTS[0]] * 5, host=["a.example"] * 5)
    search(tmp_path / "out", path, fields=Fields(host="host"))
    assert clusters(tmp_path / "out", "a")["boilerplate_share"].to_list() == [0.0] * 5


def test_how_many_texts_make_boilerplate_is_chosen(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", text=TEXTS[:3], host=["a.example"] * 3)
    search(tmp_path / "out", path, fields=Fields(host="host"), paragraph_documents=4)
    assert clusters(tmp_path / "out", "a")["boilerplate_lines"].to_list() == [[]] * 3


def test_nothing_is_said_where_hosts_are_not_named(tmp_path: Path) -> None:
    search(tmp_path / "out", write(tmp_path / "a.parquet", text=TEXTS, host=HOSTS))
    assert clusters(tmp_path / "out", "a")["boilerplate_share"].null_count() == 6


def test_an_empty_text_has_no_share(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", text=["", None, "x"], host=["a.example"] * 3)
    search(tmp_path / "out", path, fields=Fields(host="host"))
    assert clusters(tmp_path / "out", "a")["boilerplate_share"].to_list() == [None, None, 0.0]
