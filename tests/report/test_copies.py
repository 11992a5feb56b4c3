"""What the page says of the search for copies."""

import re

from provenance.report import CopySearchFigures, Estimate, render_report
from tests.report.made_report import made_report


def test_what_the_search_for_copies_says_of_itself_is_shown(page: str):
    section = re.search(r'<section id="duplicates".*?</section>', page, flags=re.S)[0]
    text = " ".join(re.sub(r"<[^>]+>", " ", section).replace("\u202f", " ").split())
    assert "2,410 60.2 % 43.1 % 96.0 % 94.3 to 97.2 % of 812 pairs 91.0 % 88.0 to 93.4 % of 455 pairs" in text
    assert "60% of the documents are removed" in text
    assert "180 4.5 % This site uses cookies." in text


def test_a_run_without_such_a_search_has_no_such_section():
    assert 'id="duplicates"' not in render_report(made_report(copies=()))


def test_runs_without_any_copy_are_told_in_a_line():
    quiet = tuple(CopySearchFigures(crawls=f"CC-MAIN-20{year}-30", share_of_documents=0.0) for year in (19, 20))
    one = CopySearchFigures(crawls="CC-MAIN-2021-31", n_removed=3, recall=Estimate(1.0, 0.6, 1.0, 5))
    page = render_report(made_report(copies=(*quiet, one)))
    text = " ".join(re.search(r'<section id="duplicates".*?</section>', page, flags=re.S)[0].split())
    assert "no pair of copies was found in 2 runs: CC-MAIN-2019-30; CC-MAIN-2020-30." in text
    assert text.count("<tr>") == 2
    assert "of 0 pairs" not in text
    alone = re.search(r'<section id="duplicates".*?</section>', render_report(made_report(copies=quiet)), flags=re.S)[0]
    assert "<table" not in alone
