"""Joins of the first-seen index against the plain way of doing them."""

from datetime import UTC, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.dedup import DedupOptions
from provenance.dedup.keys import make_rows
from provenance.dedup.seen import (
    BAND,
    HIT,
    MOST_PER_KEY,
    NEVER,
    TEXT,
    KeyOptions,
    Marks,
    choose_hits,
    find_earlier,
    keep_earliest,
    keep_first,
    make_bands,
    make_texts,
    match_texts,
    pair_bands,
    sort_bands,
    sort_texts,
)

TIME = pl.Datetime("us", "UTC")


def made_texts(n: int, seed: int = 1) -> NDArray[np.void]:
    """Rows with few different halves, so that many texts share the upper one."""
    rng = np.random.default_rng(seed)
    rows = np.empty(n, TEXT)
    rows["key"], rows["low"] = rng.integers(0, 12, n), rng.integers(0, 5, n)
    rows["time"], rows["item"] = rng.integers(0, 50, n), rng.permutation(n)
    return rows


def test_the_first_row_of_each_text_is_its_earliest() -> None:
    rows = made_texts(300)
    expected: dict[tuple[int, int], tuple[int, int]] = {}
    for key, low, time, item in rows.tolist():
        expected[key, low] = min(expected.get((key, low), (1 << 60, 0)), (time, item))
    first = keep_first(sort_texts(rows))
    assert {(key, low): (time, item) for key, low, time, item in first.tolist()} == expected
    assert first[["key", "low"]].tolist() == sorted(expected)


def test_texts_are_matched_by_both_halves_of_the_hash() -> None:
    known = keep_first(sort_texts(made_texts(40, seed=2)))
    rows = made_texts(200, seed=3)
    places = {(key, low): i for i, (key, low) in enumerate(known[["key", "low"]].tolist())}
    assert match_texts(rows, known).tolist() == [places.get(pair, -1) for pair in rows[["key", "low"]].tolist()]
    assert -1 in match_texts(rows, known)


def test_nothing_is_matched_in_an_empty_index() -> None:
    assert match_texts(made_texts(3), np.empty(0, TEXT)).tolist() == [-1, -1, -1]


def test_the_earliest_of_several_levels_wins() -> None:
    asked = np.array([(1, 1, 0, 0), (2, 2, 0, 1), (3, 3, 0, 2)], TEXT)
    levels = [[(1, 1, 20, 7), (2, 2, 5, 8)], [(1, 1, 10, 9), (2, 2, 6, 10)]]
    best, items = np.full(3, NEVER), np.zeros(3, np.uint64)
    for level in levels:
        find_earlier(asked, np.array(level, TEXT), best, items)
    assert best.tolist() == [10, 5, int(NEVER)]
    assert items.tolist()[:2] == [9, 8]


def test_documents_without_a_believable_time_are_left_out() -> None:
    days = [
        None,
        datetime(1970, 1, 1),
        datetime(1990, 5, 1),
        datetime(2019, 7, 16, 1, 2, 3, 999999),
        datetime(9999, 1, 1),
    ]
    times = pl.Series([day and day.replace(tzinfo=UTC) for day in days], dtype=TIME)
    rows = make_texts(pl.Series([bytes([i] * 16) for i in range(5)]), times, 100)
    assert rows["item"].tolist() == [103]
    assert rows["time"].tolist() == [int(datetime(2019, 7, 16, 1, 2, 3, tzinfo=UTC).timestamp())]


def test_the_order_of_numbers_is_that_of_the_bytes_of_the_hashes() -> None:
    hashes = [bytes(row) for row in np.random.default_rng(4).integers(0, 256, (50, 16), np.uint8)]
    times = pl.Series([datetime(2019, 1, 1, tzinfo=UTC)] * 50, dtype=TIME)
    rows = sort_texts(make_texts(pl.Series(hashes), times, 0))
    assert [hashes[item] for item in rows["item"].tolist()] == sorted(hashes)


def test_band_keys_are_those_of_the_search_for_copies() -> None:
    options = DedupOptions()
    signatures = np.random.default_rng(5).integers(0, 1 << 32, (20, 128), np.uint32)
    hashes = pl.Series([bytes([i] * 16) for i in range(20)])
    whole = make_rows(hashes, signatures, np.arange(20), options)
    of_bands = whole[whole["key"] % 2 == 0]
    expected = sorted(zip((of_bands["key"] >> np.uint64(24)).tolist(), of_bands["item"].tolist(), strict=True))
    rows = make_bands(signatures, np.arange(20), KeyOptions.of(options))
    assert sorted(zip(rows["key"].tolist(), rows["item"].tolist(), strict=True)) == expected


def test_a_banding_that_is_chosen_is_the_one_that_counts() -> None:
    options = DedupOptions(false_negative_weight=0.9)
    given = KeyOptions.of(options)
    assert (given.bands, given.rows) == options.banding != (options.bands, options.rows)


def test_pairs_are_all_that_share_a_key() -> None:
    rng = np.random.default_rng(6)
    asked, known = np.empty(400, BAND), np.empty(300, BAND)
    for rows in (asked, known):
        rows["key"], rows["item"] = rng.integers(0, 90, len(rows)), np.arange(len(rows))
    known = sort_bands(known)
    found = sorted(pair for items, entries in pair_bands(asked, known) for pair in zip(items, entries, strict=True))
    expected = sorted((a, b) for key, a in asked.tolist() for other, b in known.tolist() if key == other)
    assert found == expected
    assert found


def test_a_crowded_key_leads_to_its_first_entries_only() -> None:
    rows = np.empty(100, BAND)
    rows["key"], rows["item"] = np.repeat([5, 9], 50), np.tile(np.arange(50), 2)
    kept = sort_bands(rows)
    assert kept["key"].tolist() == [5] * MOST_PER_KEY + [9] * MOST_PER_KEY
    assert kept["item"].tolist() == 2 * list(range(MOST_PER_KEY))


def hits_of(*rows: tuple[int, int, int, float, bool]) -> NDArray[np.void]:
    return np.array(list(rows), HIT)


def test_a_near_copy_tells_only_where_it_is_earlier_than_the_equal_text() -> None:
    hits = hits_of(
        (0, 10, 500, 1.0, True),
        (0, 11, 400, 0.9, False),  # earlier
        (0, 12, 300, 0.85, False),  # earliest
        (1, 13, 500, 1.0, True),
        (1, 14, 500, 0.95, False),  # at the same time
        (2, 15, 700, 0.8, False),
        (2, 16, 700, 0.9, False),  # as early, more alike
    )
    chosen = choose_hits(hits[::-1].copy())
    assert chosen["entry"].tolist() == [10, 12, 13, 16]
    assert keep_earliest(chosen)["entry"].tolist() == [12, 13, 16]


def test_marks_count_what_lies_before() -> None:
    rng = np.random.default_rng(7)
    chosen = np.sort(rng.choice(1000, 130, replace=False)).astype(np.uint64)
    marks = Marks(1000)
    marks.add(rng.permutation(chosen))
    assert marks.rank(chosen).tolist() == list(range(130))
    inside = marks.among(100, 300)
    assert (np.flatnonzero(inside) + 100).tolist() == [i for i in chosen.tolist() if 100 <= i < 400]
