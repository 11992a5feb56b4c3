"""How curation shifts the mix of a collection."""

import numpy as np
import polars as pl
import pytest

from provenance.errors import ConfigError
from provenance.stats.checks.shift import COUNTRY_ENGLISH, NOT_TOLD, PREDICTABLE, SHIFT_SCHEMA, measure_shift


def documents(**columns: object) -> pl.DataFrame:
    """Eight documents of eight hosts, the last two left out."""
    made = {
        "url_host_name": [f"h{i}.com" for i in range(8)],
        "language": ["en", "en", "en", "de", "de", "de", "de", "de"],
        "kept": [True] * 6 + [False] * 2,
        "weight": [1.0] * 6 + [None] * 2,
    }
    return pl.DataFrame(made | columns)


def many(hosts: int, n: int = 4000, effect: float = 0.0, seed: int = 0) -> pl.DataFrame:
    """Documents of hosts that are of one language each and kept or left out as a whole, by chance."""
    rng = np.random.default_rng(seed)
    host = rng.integers(0, hosts, n)
    german, draw = rng.random(hosts) < 0.4, rng.random(hosts)
    kept = draw < np.where(german, 0.6 + effect, 0.6)
    return pl.DataFrame(
        {
            "url_host_name": [f"h{i}.com" for i in host],
            "language": np.where(german[host], "de", "en"),
            "kept": kept[host],
            "weight": 1.0,
        }
    )


def row_of(frame: pl.DataFrame, name: str, value: str) -> dict[str, float]:
    table = measure_shift(frame, (name,))
    return table.filter(pl.col("value") == value).row(0, named=True)


def test_shares_before_and_after_by_count_and_by_weight():
    frame = documents(weight=[3.0, 3.0, 3.0, 1.0, 1.0, 1.0, None, None])
    row = row_of(frame, "language", "en")
    assert (row["n_input"], row["n_curated"]) == (3, 3)
    assert row["share_input"] == pytest.approx(3 / 8)
    assert row["share_curated"] == pytest.approx(3 / 6)
    assert row["weighted_share"] == pytest.approx(9 / 12)


def test_the_odds_ratio_and_its_interval_agree_with_scipy_when_documents_stand_alone():
    from scipy.stats.contingency import odds_ratio

    rng = np.random.default_rng(1)
    german, kept = rng.random(2000) < 0.3, rng.random(2000) < 0.7
    frame = pl.DataFrame({"language": np.where(german, "de", "en"), "kept": kept, "weight": 1.0})
    row = row_of(frame, "language", "de")
    cells = [[(german & kept).sum(), (german & ~kept).sum()], [(~german & kept).sum(), (~german & ~kept).sum()]]
    expected = odds_ratio(cells, kind="sample")
    interval = expected.confidence_interval(0.95)
    assert row["odds_ratio"] == pytest.approx(expected.statistic)
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high), rel=0.01)


def test_hosts_and_not_documents_make_the_interval():
    held = 0
    for seed in range(60):
        row = row_of(many(200, seed=seed), "language", "de")
        held += row["low"] <= 1.0 <= row["high"]
    assert held >= 52  # of 60; counted by documents, fewer than 25 hold


def test_an_effect_is_seen():
    row = row_of(many(1000, effect=-0.3), "language", "de")
    assert row["high"] < 1.0


def test_a_value_never_left_out_has_a_finite_odds_ratio():
    row = row_of(documents(), "language", "en")
    assert 1.0 < row["odds_ratio"] < 20.0
    assert row["low"] < 1.0 < row["high"]


def test_of_weighted_documents_nothing_left_is_nothing_whatever_their_sums_are_rounded_to():
    rng = np.random.default_rng(3)
    for _ in range(5):
        frame = many(hosts=40, n=300).with_columns(sample_weight=pl.Series(rng.pareto(1.0, 300) + 0.1))
        frame = frame.with_columns(kept=pl.col("kept") | (pl.col("language") == "de"))
        german, english = row_of(frame, "language", "de"), row_of(frame, "language", "en")
        assert german["odds_ratio"] * english["odds_ratio"] == pytest.approx(1)
        assert 0 < english["low"] < english["odds_ratio"] < english["high"] < 1e6
        one_value = row_of(frame.with_columns(language=pl.lit("en")), "language", "en")
        assert one_value["odds_ratio"] is None


def test_nothing_left_out_and_nothing_kept_have_no_odds_ratio():
    for kept in (True, False):
        row = row_of(documents(kept=[kept] * 8), "language", "en")
        assert (row["odds_ratio"], row["low"], row["high"]) == (None, None, None)


def test_one_host_has_no_interval():
    row = row_of(documents(url_host_name=["one.com"] * 8, kept=[True, False] * 4), "language", "en")
    assert row["odds_ratio"] is not None
    assert (row["low"], row["high"]) == (None, None)


def test_country_english_is_english_where_it_is_not_official():
    hosts = ["a.de", "b.co.uk", "c.com", "d.de", "e.io", "f.eu", "g.invalid", "10.0.0.1"]
    languages = ["en", "en", "en", "de", "en", "en", "en", "en"]
    table = measure_shift(documents(url_host_name=hosts, language=languages), ("country_english",))
    assert dict(table.select("value", "n_input").rows()) == {COUNTRY_ENGLISH[0]: 1, COUNTRY_ENGLISH[1]: 4}


def test_predictable_thirds_are_within_a_language():
    nats = [-1.0, -2.0, -3.0, -6.0, -6.1, -6.2, -6.3, None]
    table = measure_shift(documents(lm_human_nats=nats, kept=[True, False] + [True] * 6), ("predictable",))
    counts = {value: (n, kept) for value, n, kept in table.select("value", "n_input", "n_curated").rows()}
    assert counts == {PREDICTABLE[0]: (2, 2), PREDICTABLE[1]: (3, 2), PREDICTABLE[2]: (2, 2)}


def test_genre_is_what_a_text_reads_like_most():
    frame = documents(genre_news=[0.7] * 5 + [None] * 3, genre_blog=[0.3] * 4 + [0.8] + [None] * 3)
    table = measure_shift(frame, ("genre",))
    assert dict(table.select("value", "n_input").rows()) == {"news": 4, NOT_TOLD: 3, "blog": 1}


def test_rare_values_share_a_row():
    frame = documents(language=["en", "en", "en", "de", "de", "fr", "it", None])
    table = measure_shift(frame, ("language",), max_values=2)
    assert table.select("value", "n_input").rows() == [("en", 3), ("de", 2), ("(all other)", 3)]


def test_every_property_sums_to_all_that_have_it():
    frame = documents(n_words=[100] * 8, url=[f"http://h{i}.com/x" for i in range(8)])
    table = measure_shift(frame)
    assert table.schema == SHIFT_SCHEMA
    assert {"language", "top_level_domain", "length"} <= set(table["property"])
    sums = table.group_by("property").agg(pl.col("share_input", "share_curated", "weighted_share").sum())
    assert sums.drop("property").to_numpy() == pytest.approx(1.0)


def test_properties_that_nothing_tells_are_left_out():
    table = measure_shift(documents())
    assert not {"genre", "predictable", "site_type"} & set(table["property"])


def test_decisions_are_needed():
    with pytest.raises(ConfigError, match="kept"):
        measure_shift(documents().drop("kept"))
