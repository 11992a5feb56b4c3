"""Groups are named alike, said once, and folded where nothing could be estimated."""

import re

import polars as pl

from provenance.report import render_report
from provenance.report.names import name_group, name_value
from provenance.report.sections.groups import make_group_sections, tell_unmeasured
from provenance.report.sections.trend import make_trend_section
from tests.report.made_report import made_ratio, made_report
from tests.report.made_series import made_trend

CRAWLS = ("CC-MAIN-2019-30", "CC-MAIN-2025-38")


def sole_language() -> pl.DataFrame:
    """English with scores and German and French without, by crawl, by language and by both."""
    overall = made_ratio().head(1)
    groups = [(("crawl",), (crawl,), 700) for crawl in CRAWLS]
    for language, n_measured in (("en", 700), ("de", 0), ("fr", 0)):
        groups.append((("language",), (language,), 2 * n_measured))
        groups += [(("language", "crawl"), (language, crawl), n_measured) for crawl in CRAWLS]
    rows = [
        overall.with_columns(
            group_columns=pl.lit(list(columns)), group_values=pl.lit(list(values)), n_measured=pl.lit(n, pl.Int64)
        )
        for columns, values, n in groups
    ]
    return pl.concat([overall, *rows])


def test_a_crawl_beside_something_else_is_its_year_and_week():
    assert name_group(("language", "crawl"), ("de", "CC-MAIN-2019-30")) == "German, 2019-30"
    assert name_group(("crawl",), ("CC-MAIN-2019-30",)) == "CC-MAIN-2019-30"


def test_only_languages_are_named_as_languages():
    assert name_value("de", "language") == "German"
    assert name_value("de", "top_level_domain") == "de"
    assert name_value("xx", "language") == "xx"


def test_figures_of_the_one_measured_language_stand_once():
    by_crawl, by_language, by_both = make_group_sections(sole_language())
    assert (len(by_crawl.rows), by_crawl.sole, by_crawl.same_as) == (2, "", "")
    assert (len(by_language.rows), by_language.sole, by_language.same_as) == (1, "English", "")
    assert (by_both.rows, by_both.charts, by_both.same_as) == ((), (), "crawl")
    assert "is in English: these figures are those by crawl" in render_report(made_report(ratio=sole_language()))


def test_two_measured_languages_are_both_shown():
    measured = sole_language().with_columns(n_measured=pl.lit(700, pl.Int64))
    assert [len(section.rows) for section in make_group_sections(measured)] == [2, 3, 6]


def test_groups_without_an_estimate_are_folded_by_language():
    sections = {section.label: section for section in make_group_sections(sole_language())}
    n = made_ratio().row(0, named=True)["n_documents"]
    assert sections["language"].unmeasured == (f"German ({n:,})", f"French ({n:,})")
    assert sections["language and crawl"].unmeasured == ()
    alone = sole_language().filter(pl.col("group_columns").list.join("") != "language")
    both = make_group_sections(alone)[-1]
    assert both.unmeasured == (f"German (2 groups, {2 * n:,})", f"French (2 groups, {2 * n:,})")


def test_very_many_groups_without_an_estimate_are_counted():
    one = made_ratio().head(1)
    many = pl.concat([one.with_columns(group_values=pl.lit([f"host{i}.example"])) for i in range(65)])
    told = tell_unmeasured(many, ("url_host_name",))
    assert (len(told), told[-1]) == (61, "and 5 more")


def test_a_single_group_over_time_is_not_drawn_again():
    english = pl.col("group_values").list.first() == "en"
    trend = made_trend().filter((pl.col("group_columns").list.len() == 0) | english)
    assert make_trend_section(trend, None).multiples == ()


def test_groups_without_scores_are_told_in_a_line():
    empty = pl.when(pl.col("group_values").list.first() == "fr").then(0).otherwise("n_measured")
    page = render_report(made_report(ratio=made_ratio().with_columns(n_measured=empty)))
    line = re.search(r"No estimate, for want of documents with a score:(.*?)</p>", page, flags=re.S)[1]
    assert "French (625)" in line
    assert '<th scope="row">French' not in page


def test_a_note_stands_with_its_group():
    note = pl.when(pl.col("group_values").list.first() == "de").then(pl.lit("of 3 hosts only")).otherwise("why")
    page = render_report(made_report(ratio=made_ratio().with_columns(why=note)))
    assert '<th scope="row">German<small>of 3 hosts only</small>' in page
