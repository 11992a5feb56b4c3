"""Trends: what moves which series, the panel, the order of periods, counts that add up, and changes."""

import datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.errors import ConfigError
from provenance.stats import StatsOptions, estimate_ratio
from provenance.stats.ratio import REST
from provenance.stats.references import ReferenceScores
from provenance.stats.trend.periods import order_periods
from provenance.stats.trend.series import select_same_hosts
from provenance.stats.trend.table import SERIES, TREND_SCHEMA, estimate_change, estimate_trend
from tests.stats.made_crawls import CRAWLS, hosts, pages
from tests.stats.made_known import known_scores
from tests.stats.made_scores import error_rates

OLD, MID, NEW = CRAWLS
QUICK = StatsOptions(draws=30)


def trend(*frames: pl.DataFrame, period: str = "crawl", **options: object) -> pl.DataFrame:
    table = estimate_trend(pl.concat(frames), period=period, errors=error_rates(), **{"options": QUICK, **options})
    return table.filter(unit="documents")


def found(table: pl.DataFrame, series: str, figure: str = "ai_generated_prevalence") -> list[object]:
    return table.filter(pl.col("series") == series, pl.col("group_columns").list.len() == 0)[figure].to_list()


def test_new_hosts_move_all_hosts_and_not_the_same_hosts():
    stay = hosts(40, 20, 0.1)
    table = trend(pages(OLD, stay), pages(NEW, stay | hosts(60, 20, 0.8, "new")))
    before, after = found(table, "all_hosts")
    assert (before, after) == (pytest.approx(0.1, abs=0.04), pytest.approx(0.52, abs=0.06))
    assert found(table, "same_hosts") == [pytest.approx(0.1, abs=0.05)] * 2


def test_more_pages_of_a_host_move_all_hosts_and_not_the_same_hosts():
    human, machine = hosts(30, 20, 0.0), hosts(30, 20, 1.0, "ai")
    table = trend(pages(OLD, human | machine), pages(NEW, human | hosts(30, 80, 1.0, "ai")))
    before, after = found(table, "all_hosts")
    assert after - before > 0.2
    assert found(table, "same_hosts") == [pytest.approx(0.5, abs=0.06)] * 2


def test_pages_that_change_move_the_same_hosts():
    table = trend(pages(OLD, hosts(40, 20, 0.0)), pages(NEW, hosts(40, 20, 0.5)))
    before, after = found(table, "same_hosts")
    assert after - before == pytest.approx(0.5, abs=0.06)


def test_pages_captured_again_dilute_all_hosts_and_not_the_first_seen():
    table = trend(
        pages(OLD, hosts(40, 20, 0.0)),
        pages(NEW, hosts(40, 20, 0.0), first=OLD),
        pages(NEW, hosts(40, 10, 0.6), seed=1),
    )
    assert found(table, "all_hosts")[1] == pytest.approx(0.2, abs=0.05)
    assert found(table, "first_seen")[1] == pytest.approx(0.6, abs=0.06)
    assert found(table, "first_seen", "n_documents") == [800, 400]


def test_a_copy_within_its_period_is_not_seen_first():
    later = pl.col("fetch_time") + datetime.timedelta(hours=1)
    copies = pages(NEW, hosts(40, 5, 0.0)).with_columns(fetch_time=later)
    table = trend(pages(OLD, hosts(40, 5, 0.0)), pages(NEW, hosts(40, 5, 0.0)), copies)
    assert found(table, "first_seen", "n_documents") == [200, 200]


def test_a_document_called_no_representative_is_not_seen_first():
    both = [pages(NEW, hosts(40, 5, 0.0)).with_columns(representative=pl.lit(said)) for said in (True, False)]
    assert found(trend(*both), "first_seen", "n_documents") == [200]


def test_undated_documents_are_left_out_of_the_first_seen_and_counted():
    undated = pages(NEW, hosts(10, 3, 0.0)).with_columns(first_seen=pl.lit(None, pl.Datetime("us", "UTC")))
    table = trend(pages(OLD, hosts(40, 5, 0.0)), pages(NEW, hosts(40, 5, 0.0)), undated)
    assert found(table, "first_seen", "n_documents") == [200, 200]
    assert found(table, "first_seen", "why")[1] == "documents without a first-seen date, left out: 30"


def test_without_dates_no_text_is_known_to_be_new():
    table = trend(pages(OLD, hosts(40, 5, 0.0)).drop("first_seen"), pages(NEW, hosts(40, 5, 0.0)).drop("first_seen"))
    assert found(table, "first_seen", "why") == ["it is not known when the texts were first seen"] * 2
    assert found(table, "first_seen", "estimable") == [False, False]


def test_captured_again_first_seen_and_undated_are_all_documents():
    again, new = pages(NEW, hosts(20, 5, 0.0), first=OLD), pages(NEW, hosts(40, 5, 0.0))
    undated = pages(NEW, hosts(10, 3, 0.0)).with_columns(first_seen=pl.lit(None, pl.Datetime("us", "UTC")))
    table = trend(again, new, undated)
    assert found(table, "all_hosts", "n_documents")[0] == again.height + new.height + undated.height
    assert found(table, "first_seen", "n_documents") == [new.height]


def test_all_hosts_are_the_ratio_by_period():
    frame = pl.concat([pages(OLD, hosts(40, 20, 0.1)), pages(NEW, hosts(40, 20, 0.4))])
    known = {
        "errors": error_rates(),
        "scores": ReferenceScores(known_scores().frame.with_columns(register=pl.lit(None, pl.String))),
        "reference": pages(MID, hosts(40, 5, 0.0)),
        "options": QUICK,
    }
    ratio = estimate_ratio(frame, ["crawl"], **known).filter(pl.col("group_columns").list.len() > 0)
    table = estimate_trend(frame, period="crawl", **known).filter(series="all_hosts")
    names = ("group_columns", "group_values")
    assert table.drop("series", "period", *names).equals(ratio.drop(names))
    assert "mixture" in table["method"][0]


def test_no_panel_says_why():
    table = trend(pages(OLD, hosts(40, 5, 0.0)), pages(NEW, hosts(40, 5, 0.0, "other")))
    why = "0 hosts are in at least 80% of 2 periods; a panel needs 10"
    assert found(table, "same_hosts", "why") == [why, why]
    assert found(table, "same_hosts") == [None, None]


def test_one_period_is_nothing_to_compare():
    assert "nothing to compare" in str(found(trend(pages(OLD, hosts(40, 5, 0.0))), "same_hosts", "why")[0])


def test_hosts_in_most_periods_stand_in_where_none_is_in_all():
    months = [f"2021-0{n}" for n in range(1, 7)]
    frames = [
        pages(MID, {f"h{i}": (5, 0.0) for i in range(30) if i % 6 != missing}).with_columns(month=pl.lit(month))
        for missing, month in enumerate(months)
    ]
    table = trend(*frames, period="month")
    assert found(table, "same_hosts", "n_hosts") == [25] * 6
    assert "the same 30 hosts in at least 80% of 6 periods" in str(found(table, "same_hosts", "method")[0])


def test_a_period_of_few_documents_does_not_empty_the_panel():
    table = trend(pages(OLD, hosts(40, 5, 0.0)), pages(MID, hosts(2, 5, 0.0, "few")), pages(NEW, hosts(40, 5, 0.0)))
    assert found(table, "same_hosts", "n_documents") == [200, 0, 200]
    assert "too few measurable" in str(found(table, "same_hosts", "why")[1])


def test_short_documents_are_not_in_the_panel():
    short = pages(NEW, hosts(40, 5, 0.0)).with_columns(n_words=pl.lit(40, pl.Int32))
    table = trend(pages(OLD, hosts(40, 5, 0.0)), pages(NEW, hosts(40, 5, 0.0)), short)
    assert found(table, "all_hosts", "n_documents") == [200, 400]
    assert found(table, "same_hosts", "n_measured") == [200, 200]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 6)] * 3), min_size=1, max_size=40))
def test_a_host_of_the_panel_weighs_the_same_in_every_period(counts: list[tuple[int, int, int]]):
    frames = [
        pages(crawl, {f"h{i}": (row[place], 0.5) for i, row in enumerate(counts)} | hosts(12, 4, 0.1, "stay"))
        for place, crawl in enumerate(CRAWLS)
    ]
    panel = select_same_hosts(pl.concat(frames), (), "crawl", QUICK).frame
    sizes = panel.group_by("url_host_name", "crawl").len().group_by("url_host_name").agg("len")
    assert {size for row in sizes["len"].to_list() for size in {len(row)}} == {3}
    assert all(len(set(row)) == 1 for row in sizes["len"].to_list())
    assert panel["url_host_name"].n_unique() == 12 + sum(min(row) > 0 for row in counts)


def test_the_panel_of_a_group_is_its_own():
    german = pl.lit("de").alias("language")
    frames = [
        *(pages(crawl, hosts(20, 5, 0.0)) for crawl in (OLD, NEW)),
        *(pages(crawl, hosts(20, 5, 0.0, name)).with_columns(german) for crawl, name in ((OLD, "a"), (NEW, "b"))),
    ]
    rows = trend(*frames, by=["language"], group_series=SERIES).filter(
        pl.col("group_columns").list.len() > 0, series="same_hosts"
    )
    of = {row["group_values"][0]: row for row in rows.iter_rows(named=True)}
    assert (of["en"]["n_documents"], of["de"]["n_documents"]) == (100, 0)
    assert "0 hosts" in of["de"]["why"]


def test_all_series_have_the_same_rows():
    frames = pages(OLD, hosts(40, 5, 0.0)), pages(NEW, hosts(4, 5, 0.0, "x"), first=OLD)
    table = trend(*frames, by=["domain_class"], group_series=SERIES)
    rows = [table.filter(series=name).drop("series").select("period", "group_values").rows() for name in SERIES]
    assert rows[0] == rows[1] == rows[2]
    assert table.schema == TREND_SCHEMA


def test_groups_are_told_of_the_series_asked_for():
    table = trend(pages(OLD, hosts(40, 5, 0.0)), pages(NEW, hosts(40, 5, 0.0)), by=["language"])
    assert table.filter(pl.col("group_columns").list.len() > 0)["series"].unique().to_list() == ["all_hosts"]


def test_documents_of_the_groups_and_periods_add_up():
    languages = pl.Series([["en", "de", "fr", None][i % 4] for i in range(400)])
    frames = [pages(crawl, hosts(40, 10, 0.0)).with_columns(language=languages) for crawl in (OLD, NEW)]
    undated = pages(MID, hosts(10, 5, 0.0)).with_columns(crawl=pl.lit(None, pl.String))
    options = StatsOptions(draws=5, max_groups=2)
    table = trend(*frames, undated, by=["language", "domain_class+length"], options=options).filter(series="all_hosts")
    totals = table.group_by(pl.col("group_columns").list.join("+")).agg(pl.col("n_documents").sum())
    assert totals["n_documents"].to_list() == [850] * 3
    assert table.filter(pl.col("group_columns") == ["language"], period=OLD)["group_values"].to_list()[-1] == [REST]


def test_the_largest_groups_come_first_and_a_null_is_one_of_them():
    languages = pl.Series([["en", "de", "de", None, None, None][i % 6] for i in range(240)])
    frames = [pages(crawl, hosts(40, 6, 0.0)).with_columns(language=languages) for crawl in (OLD, NEW)]
    table = trend(*frames, by=["language"], options=StatsOptions(draws=5, max_groups=1)).filter(series="all_hosts")
    assert table["group_values"].to_list()[2:] == [[None]] * 2 + [[REST]] * 2
    table = trend(*frames, by=["language"], options=StatsOptions(draws=5)).filter(series="all_hosts")
    assert [values[0] for values in table["group_values"].to_list()[2::2]] == [None, "de", "en"]


def test_periods_are_never_put_together():
    frames = [pages(crawl, hosts(40, 5, 0.0)) for crawl in CRAWLS]
    table = trend(*frames, period="year", options=StatsOptions(draws=5, max_groups=1))
    assert found(table, "all_hosts", "n_documents") == [200] * 3


def test_documents_without_a_period_come_last():
    undated = pages(MID, hosts(40, 5, 0.0)).with_columns(fetch_time=pl.lit(None, pl.Datetime("us", "UTC")))
    table = trend(undated, pages(NEW, hosts(40, 5, 0.0)), pages(OLD, hosts(40, 5, 0.0)), period="month")
    assert found(table, "all_hosts", "period") == ["2019-07", "2024-08", None]


def test_years_are_told_from_the_capture_time():
    table = trend(pages(NEW, hosts(40, 5, 0.0)), pages(OLD, hosts(40, 5, 0.0)), period="year")
    assert found(table, "all_hosts", "period") == ["2019", "2024"]


def test_crawls_go_by_their_week_and_others_by_their_first_capture():
    times = {"CC-MAIN-2024-05": None, "old": 2015, "CC-MAIN-2009-2010": 2020, "CC-MAIN-2013-48": 1999, "none": None}
    rows = [(name, year and datetime.datetime(year, 1, 1, tzinfo=datetime.UTC)) for name, year in times.items()]
    frame = pl.DataFrame(rows, schema={"crawl": pl.String, "fetch_time": pl.Datetime("us", "UTC")}, orient="row")
    assert order_periods(frame, "crawl") == ["CC-MAIN-2009-2010", "CC-MAIN-2013-48", "old", "CC-MAIN-2024-05", "none"]


def test_the_order_of_documents_does_not_change_all_hosts_and_the_same_input_gives_the_same_table():
    frame = pl.concat([pages(OLD, hosts(20, 5, 0.2)), pages(NEW, hosts(20, 5, 0.4))])
    assert trend(frame).equals(trend(frame))
    assert found(trend(frame), "all_hosts") == pytest.approx(found(trend(frame.reverse()), "all_hosts"), abs=1e-6)


@pytest.mark.parametrize("wrong", [{"period": "decade"}, {"by": ["colour"]}])
def test_unknown_columns_are_an_error(wrong: dict[str, object]):
    with pytest.raises(ConfigError, match="no such column"):
        trend(pages(OLD, hosts(4, 5, 0.0)), **wrong)


def test_grouping_by_the_period_itself_adds_no_rows():
    frame = pages(OLD, hosts(40, 5, 0.0))
    assert trend(frame, by=["crawl", "crawl+language"]).equals(trend(frame))


def test_the_change_adds_errors_of_both_ends_as_independent():
    table = trend(pages(OLD, hosts(40, 20, 0.1)), pages(NEW, hosts(40, 20, 0.5))).filter(series="all_hosts")
    first, last = (table.row(place, named=True) for place in (0, -1))
    (row,) = estimate_change(table).filter(origin="ai_generated").rows(named=True)
    p1, l1, u1 = (first[f"ai_generated_{name}"] for name in ("prevalence", "low", "high"))
    p2, l2, u2 = (last[f"ai_generated_{name}"] for name in ("prevalence", "low", "high"))
    assert (row["first_period"], row["last_period"], row["change"]) == (OLD, NEW, p2 - p1)
    assert (row["change"] - row["low"]) ** 2 == pytest.approx((p2 - l2) ** 2 + (u1 - p1) ** 2)
    assert (row["high"] - row["change"]) ** 2 == pytest.approx((u2 - p2) ** 2 + (p1 - l1) ** 2)
    assert row["low"] < 0.4 < row["high"]


def test_no_change_is_told_of_one_period():
    assert estimate_change(trend(pages(OLD, hosts(40, 5, 0.0)))).is_empty()
