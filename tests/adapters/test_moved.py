"""Nats of tokens add up to the evidence; phrases are the strongest runs, windows and smoothing keep to themselves."""

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.adapters.moved import N_PHRASES, Moved, find_moved
from provenance.models.calibration import Term
from provenance.signals.contributions import PLACES, Contributions

LR, LM = Term("lr", 2.0, 0.5, 100.0), Term("lm", -3.0, -0.25, 100.0)


def contributions(
    lr: list[float], lm: list[float] | None = None, windows: list[int] | None = None, words: list[bool] | None = None
) -> Contributions:
    n = len(lr)
    tokens = pl.DataFrame(
        {
            "start": [5 * i for i in range(n)],
            "end": [5 * i + 4 for i in range(n)],
            "window": windows or [0] * n,
            "is_word": words or [True] * n,
            "lr": lr,
            "lm": lm or [0.0] * n,
        },
        schema={**PLACES, "lr": pl.Float64, "lm": pl.Float64},
    )
    rest = 0.125 / (max(windows or [0]) + 1)
    return Contributions(
        tokens, {name: (each,) * (max(windows or [0]) + 1) for name, each in (("lr", rest), ("lm", 0.0))}
    )


def moved(lr: list[float], **further: list[int] | list[bool]) -> Moved:
    """Of one signal whose value is the sum over its tokens, worth as many nats."""
    found = contributions(lr, **further)
    return find_moved(
        Contributions(found.tokens, {"lr": (0.0,) * len(found.constants["lr"])}), {"lr": Term("lr", 1.0, 0.0, 100.0)}
    )


def test_tokens_add_up_to_the_nats_of_the_evidence() -> None:
    lr, lm = [0.5, -0.25, 1.0], [-0.5, -0.75, 0.0]
    found = find_moved(contributions(lr, lm), {"lr": LR, "lm": LM})
    expected = 2.0 * (1.25 + 0.125 - 0.5) - 3.0 * (-1.25 + 0.25)
    assert found.tokens["nats"].sum() == pytest.approx(expected)
    assert found.signals == ("lr", "lm")


def test_a_window_has_the_nats_it_would_have_alone_shared_among_windows() -> None:
    found = find_moved(contributions([0.5, 0.5, 0.25, 0.0, 0.0], windows=[0, 0, 1, 1, 1]), {"lr": LR})
    assert found.windows["nats"].to_list() == pytest.approx([2 * (1.0 - 0.375 / 2), 2 * (0.25 - 0.375 / 2)])
    assert found.windows["n_words"].to_list() == [2, 3]


def test_what_belongs_to_no_token_stays_in_its_window() -> None:
    found = contributions([0.0] * 4, windows=[0, 1, 1, 1])
    moved_alone = find_moved(Contributions(found.tokens, {"lr": (3.0, 0.5)}), {"lr": Term("lr", 1.0, 1.0, 100.0)})
    assert moved_alone.windows["nats"].to_list() == pytest.approx([2.5, 0.0])


def test_where_the_nats_are_bounded_the_tokens_shrink_alike() -> None:
    bounded = find_moved(contributions([4.0, 2.0]), {"lr": Term("lr", 1.0, 0.125, 3.0)})
    assert bounded.tokens["nats"].to_list() == pytest.approx([2.0, 1.0])


def test_tokens_of_one_place_are_one() -> None:
    found = contributions([1.0, 2.0, 4.0, 8.0])
    places = found.tokens.with_columns(start=pl.Series([0, 0, 3, 9]), end=pl.Series([6, 2, 5, 12]))
    merged = find_moved(Contributions(places, found.constants), {"lr": Term("lr", 1.0, 0.125, 100.0)}).tokens
    assert merged.select("start", "end", "nats").rows() == [(0, 6, 7.0), (9, 12, 8.0)]


def test_a_signal_without_a_term_is_not_told() -> None:
    assert find_moved(contributions([1.0]), {"lm": LM}).signals == ("lm",)


def test_nothing_measured_moves_nothing() -> None:
    empty = contributions([]).tokens.drop("lr", "lm")
    found = find_moved(Contributions(empty), {"lr": LR})
    assert (found.tokens.height, found.windows.height, found.phrases_for.height, found.signals) == (0, 0, 0, ())


def test_the_strongest_run_of_two_to_six_tokens_is_a_phrase() -> None:
    found = moved([0.0] * 10 + [1.0, 2.0, 1.0] + [-1.0] * 8)
    first = found.phrases_for.row(0, named=True)
    assert (first["start"], first["end"], first["nats"]) == (50, 64, pytest.approx(4.0))
    first = found.phrases_against.row(0, named=True)
    assert first["end"] - first["start"] == 5 * 6 - 1
    assert first["nats"] == pytest.approx(-6.0)


def test_a_phrase_does_not_cross_windows() -> None:
    found = moved([1.0, 5.0, 5.0, 1.0], windows=[0, 0, 1, 1])
    assert found.phrases_for.select("start", "end").rows() == [(0, 9), (10, 19)]


def test_a_phrase_begins_and_ends_with_a_word() -> None:
    found = moved([5.0, 1.0, 4.0, 1.0, 5.0], words=[False, True, False, True, False])
    assert found.phrases_for.select("start", "end").rows() == [(5, 19)]


nats = st.lists(st.floats(-1.0, 1.0), max_size=60)


@given(nats)
def test_phrases_are_few_apart_and_strongest_first(lr: list[float]) -> None:
    found = moved(lr)
    for phrases, sign in ((found.phrases_for, 1), (found.phrases_against, -1)):
        assert phrases.height <= N_PHRASES
        worth = (sign * phrases["nats"]).to_list()
        assert all(one >= next_one - 1e-8 for one, next_one in pairwise(worth))
        assert all(each > 0 for each in worth)
        places = phrases.sort("start")
        assert (places["start"].to_numpy()[1:] >= places["end"].to_numpy()[:-1]).all()


def test_smoothing_keeps_a_level_and_spreads_a_peak() -> None:
    assert moved([0.5] * 7).tokens["smoothed"].to_list() == pytest.approx([0.5] * 7)
    peak = moved([0.0, 0.0, 9.0, 0.0, 0.0, 0.0, 0.0]).tokens["smoothed"].to_list()
    assert int(np.argmax(peak)) == 2
    assert peak[2] == pytest.approx(3.0)
    assert peak[5:] == [0.0, 0.0]


def test_smoothing_keeps_to_a_window() -> None:
    smoothed = moved([0.0, 0.0, 0.0, 9.0, 9.0], windows=[0, 0, 0, 1, 1]).tokens["smoothed"].to_list()
    assert smoothed == pytest.approx([0.0, 0.0, 0.0, 9.0, 9.0])
