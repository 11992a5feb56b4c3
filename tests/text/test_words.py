"""What counts as a word."""

import polars as pl

from provenance.text.words import count_visible_words


def test_characters_that_cannot_be_seen_part_no_words():
    texts = pl.DataFrame({"text": ["ca\u200bt", "ca\x01t sat", "cat\tsat\non", None]})
    counted = texts.select(count_visible_words(pl.col("text"))).to_series()
    assert counted.to_list() == [1, 2, 3, None]
