"""Numbers as the page prints them."""

import pytest

from provenance.report import numbers


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (0.0, "0.0\u202f%"),
        (0.1234, "12.3\u202f%"),
        (1e-5, "<\u202f0.1\u202f%"),
        (0.99999, ">\u202f99.9\u202f%"),
    ],
)
def test_shares(value: float | None, shown: str):
    assert numbers.show_share(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(0, "0"), (1234567, "1,234,567"), (None, "–")])
def test_counts(value: int | None, shown: str):
    assert numbers.show_count(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(0.123, "0.12"), (5.31, "5.3"), (1234.4, "1,234"), (None, "–")])
def test_ratios(value: float | None, shown: str):
    assert numbers.show_ratio(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0\u202fB"), (999, "999\u202fB"), (1000, "1.0\u202fkB"), (5e15, "5000.0\u202fTB")]
)
def test_bytes(value: int, shown: str):
    assert numbers.show_bytes(value) == shown


def test_nats_carry_their_sign():
    assert (numbers.show_nats(1.25), numbers.show_nats(-0.5)) == ("+1.2", "\u22120.5")


def test_a_null_score_is_said_in_words():
    assert numbers.show_score(None) == "not measurable"


def test_an_interval_without_bounds_is_a_dash():
    assert numbers.show_interval(0.1, None) == "–"
