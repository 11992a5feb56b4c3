"""What a first-seen index adds to a verdict: an early capture elsewhere, and only that."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from provenance.verdict import Calibration, VerdictOptions, judge_batch

TIME = pl.Datetime("us", "UTC")
CAPTURED = datetime(2024, 8, 3, tzinfo=UTC)


def judge(
    calibration: Calibration,
    first: datetime | None,
    *,
    kind: str | None = "exact",
    similarity: float | None = 1.0,
    own: datetime | None = CAPTURED,
    options: VerdictOptions | None = None,
) -> dict[str, object]:
    documents = pl.DataFrame({"doc_id": ["a"], "language": ["en"], "n_words": [200]})
    signals = pl.DataFrame({"doc_id": ["a"], "lm_ai_llr": [0.65], "lm_mt_llr": [-0.1]})
    seen = pl.DataFrame(
        {
            "first_seen": pl.Series([first], dtype=TIME),
            "seen_kind": pl.Series([kind], dtype=pl.String),
            "seen_similarity": pl.Series([similarity], dtype=pl.Float64),
            "seen_crawl": ["CC-MAIN-2018-05"],
            "seen_url": ["https://a.example/1"],
        }
    )
    dates = pl.Series([own], dtype=TIME)
    verdicts = judge_batch(documents, signals, calibration, options or VerdictOptions(), first_seen=dates, seen=seen)
    return verdicts.row(0, named=True)


def evidence_of(row: dict[str, object]) -> dict[str, object] | None:
    found = [item for item in row["evidence"] if item["signal"] == "first_seen"]  # type: ignore[attr-defined]
    return found[0] if found else None


EARLY = datetime(2018, 1, 20, tzinfo=UTC)
GREY = datetime(2019, 7, 16, tzinfo=UTC)


def test_an_early_capture_in_the_index_makes_the_score_about_zero_and_is_named(calibration: Calibration) -> None:
    row = judge(calibration, EARLY)
    assert row["ai_score"] < 0.03 < 0.9 < judge(calibration, None, kind=None, similarity=None)["ai_score"]  # type: ignore[operator]
    assert (row["first_seen"], row["origin"]) == (EARLY, "human")
    told = evidence_of(row)
    assert told is not None
    assert told["nats"] == -7.0
    assert told["value"] == pytest.approx(2018 + 19 / 366)
    assert told["detail"] == (
        "first seen on 2018-01-20 in CC-MAIN-2018-05, https://a.example/1, before chat models wrote web pages"
    )


def test_the_years_from_gpt_2_to_chatgpt_weigh_less(calibration: Calibration) -> None:
    days = {"2019-02-13": -7.0, "2019-02-14": -4.6, "2022-11-29": -4.6, "2022-11-30": None}
    for day, nats in days.items():
        told = evidence_of(judge(calibration, datetime.fromisoformat(day).replace(tzinfo=UTC)))
        assert (told and told["nats"]) == nats, day


def test_the_grey_years_are_an_option(calibration: Calibration) -> None:
    options = VerdictOptions(grey_since=date(2020, 6, 11))
    told = evidence_of(judge(calibration, GREY, options=options))
    assert told is not None
    assert told["nats"] == -7.0


def test_a_later_first_capture_says_nothing(calibration: Calibration) -> None:
    row = judge(calibration, datetime(2023, 5, 1, tzinfo=UTC))
    assert evidence_of(row) is None
    assert row["ai_score"] == judge(calibration, None, kind=None, similarity=None)["ai_score"]


def test_a_near_copy_counts_as_the_grey_years_do_and_is_named(calibration: Calibration) -> None:
    told = evidence_of(judge(calibration, EARLY, kind="near", similarity=0.97))
    assert told is not None
    assert told["nats"] == -4.6
    assert str(told["detail"]).startswith("a copy 0.97 alike was first seen on 2018-01-20 in CC-MAIN-2018-05")


def test_a_near_copy_by_every_value_is_still_no_equal_text(calibration: Calibration) -> None:
    told = evidence_of(judge(calibration, EARLY, kind="near", similarity=1.0))
    assert told is not None
    assert told["nats"] == -4.6


@pytest.mark.parametrize("similarity", [0.8, 0.949])
def test_a_copy_less_alike_says_nothing(calibration: Calibration, similarity: float) -> None:
    row = judge(calibration, EARLY, kind="near", similarity=similarity)
    assert (evidence_of(row), row["first_seen"]) == (None, CAPTURED)


def test_how_much_alike_is_an_option(calibration: Calibration) -> None:
    options = VerdictOptions(first_seen_similarity=0.8)
    assert evidence_of(judge(calibration, EARLY, kind="near", similarity=0.8, options=options))
    with pytest.raises(ValueError, match="first_seen_similarity"):
        VerdictOptions(first_seen_similarity=0.0)


def test_the_date_of_the_run_stays_where_it_is_the_earlier_one(calibration: Calibration) -> None:
    own = datetime(2013, 1, 1, tzinfo=UTC)
    row = judge(calibration, EARLY, own=own)
    told = evidence_of(row)
    assert row["first_seen"] == own
    assert told is not None
    assert told["detail"] == "first seen on 2013-01-01, before chat models wrote web pages"


def test_an_earlier_near_copy_does_not_weaken_the_date_of_the_run(calibration: Calibration) -> None:
    row = judge(calibration, datetime(2010, 1, 1, tzinfo=UTC), kind="near", similarity=0.97, own=EARLY)
    told = evidence_of(row)
    assert told is not None
    assert told["nats"] == -7.0


def test_a_document_without_a_date_has_that_of_the_index(calibration: Calibration) -> None:
    assert judge(calibration, EARLY, own=None)["first_seen"] == EARLY
