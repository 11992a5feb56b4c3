"""The column of hits."""

from provenance.signals.hits import HITS, collect_hits

HIT = {"start": 0, "end": 4, "match": "word", "detail": "why"}
PLACELESS = {"start": None, "end": None, "match": "mark", "detail": "why"}


def test_rows_keep_their_hits_their_order_and_whether_they_were_measured():
    column = collect_hits("some_hits", [[HIT, PLACELESS], [], None])
    assert column.to_list() == [[HIT, PLACELESS], [], None]


def test_an_empty_batch_has_an_empty_column_of_the_type():
    column = collect_hits("some_hits", [])
    assert (column.name, column.dtype, column.len()) == ("some_hits", HITS, 0)


def test_hits_that_start_late_in_a_batch_are_kept():
    assert collect_hits("some_hits", [None] * 500 + [[HIT]])[500].to_list() == [HIT]
