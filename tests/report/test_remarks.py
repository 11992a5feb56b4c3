"""A failed control is said once above a table, not in each of its rows."""

import polars as pl

from provenance.report import render_report
from provenance.report.remarks import WITHHELD, fold_remarks
from provenance.stats.checks.negative import apply_controls
from tests.report.made_report import made_ratio, made_report
from tests.report.made_series import CRAWLS, made_controls, made_trend


def test_the_remark_of_stats_on_a_failed_control_is_the_one_that_is_folded():
    failed = made_controls().with_columns(passed=pl.lit(False))
    rows = apply_controls(made_trend(), failed).filter(pl.col("group_columns").list.len() == 0).rows(named=True)
    folded = fold_remarks(rows)
    assert {row["why"] for row in folded.rows} == {WITHHELD}
    assert len(folded.said) == 1
    assert folded.said[0].startswith("The negative control fails (all documents): of 40,000 documents")


def test_other_remarks_stay_in_their_row():
    failed = "the negative control fails (en): of 9 documents 3.0% (1.0% to 4.0%) correct to AI-generated"
    folded = fold_remarks([{"why": f"of 3 hosts only; {failed}"}, {"why": None}, {"why": failed}])
    assert [row["why"] for row in folded.rows] == [f"of 3 hosts only; {WITHHELD}", "", WITHHELD]
    assert len(folded.said) == 1


def test_a_page_with_a_failed_control_says_so_once_in_a_table():
    failed = made_controls().with_columns(passed=pl.lit(False))
    ratio, trend = (apply_controls(table, failed) for table in (made_ratio(), made_trend()))
    page = render_report(made_report(ratio=ratio, trend=trend, controls=failed))
    trend_part = page.split('<section id="trend"')[1].split("</section>")[0]
    assert trend_part.count("The negative control fails (all documents)") == 1
    assert trend_part.count(f"<small>{WITHHELD}</small>") == len(CRAWLS)
