"""Size of the report page over 100,000 documents, the time to make it, and the time until Chromium shows it.

Prints JSON. The tables are as large as a run of 100,000 documents can make them: 72 months in three series, by six
groupings of many groups, scores by ten crawls and forty languages; the page shows a bounded part of each.
"""

import json
import os
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from provenance.report import ReportData, count_origins, count_scores, export_report, render_report
from tests.report.browser import CHROMIUM, Browser
from tests.report.made_report import made_report
from tests.report.made_series import CRAWLS, made_series, made_trend

DOCUMENTS, LANGUAGES, MONTHS, GROUPS, ROUNDS = 100_000, 40, 72, 50, 5
WATCH = """
window.seen = {};
const look = () => {
  if (!seen.first && document.querySelector("[data-chart] svg")) seen.first = performance.now();
  if (document.documentElement?.dataset.drawn) seen.all = performance.now(); else setTimeout(look, 5);
};
look();
"""
TIMES = """({
  loaded: performance.getEntriesByType("navigation")[0].loadEventEnd,
  painted: performance.getEntriesByName("first-contentful-paint")[0].startTime,
  first_chart: seen.first, all_charts: seen.all
})"""


def made_scored() -> pl.DataFrame:
    rng = np.random.default_rng(1)
    start = datetime(2019, 1, 1, tzinfo=UTC)
    return pl.DataFrame(
        {
            "crawl": rng.choice(CRAWLS, DOCUMENTS),
            "language": [f"l{number:02}" for number in rng.geometric(0.1, DOCUMENTS) % LANGUAGES],
            "fetch_time": [start + timedelta(days=int(day)) for day in rng.integers(0, 365 * 6, DOCUMENTS)],
            "origin": rng.choice(["human", "ai_generated", "undetermined"], DOCUMENTS),
            "n_words": rng.integers(20, 3000, DOCUMENTS),
            "ai_score": rng.beta(0.3, 2, DOCUMENTS),
            "mt_score": rng.beta(0.3, 4, DOCUMENTS),
        }
    )


def made_months() -> pl.DataFrame:
    """The made trend by month, every group many times over."""
    months = [f"{2019 + i // 12}-{i % 12 + 1:02}" for i in range(MONTHS)]
    places = pl.DataFrame({"period": [CRAWLS[i * 10 // MONTHS] for i in range(MONTHS)], "month": months})
    trend = made_trend().join(places, on="period").with_columns(period="month").drop("month")
    groups = trend.filter(pl.col("group_columns").list.len() > 0)
    more = [
        groups.with_columns(pl.col("group_values").list.eval(pl.element() + f" {number}"))
        for number in range(GROUPS // 5)
    ]
    return pl.concat([trend, *more])


def made_data() -> ReportData:
    scored = made_scored().lazy()
    tables = made_series() | {"trend": made_months()}
    data = made_report(**tables)
    totals = replace(data.totals, documents=DOCUMENTS, records=DOCUMENTS + data.totals.rejects)
    origins, scores = count_origins(scored).collect(), count_scores(scored).collect()
    return replace(data, totals=replace(totals, curated=DOCUMENTS - 700, left_out=700), origins=origins, scores=scores)


def time_browser(page: str) -> dict[str, float]:
    """Medians in seconds, each round in a browser of its own."""
    rounds = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, Browser(Path(folder) / "p") as browser:
            file = Path(folder) / "report.html"
            file.write_text(page, encoding="utf-8")
            browser.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
            browser.show(file)
            time.sleep(0.1)
            rounds.append(browser.evaluate(TIMES))
    return {name: round(statistics.median(one[name] for one in rounds) / 1000, 3) for name in rounds[0]}


def main() -> None:
    data = made_data()
    began = time.process_time()
    page = render_report(data)
    rendered = time.process_time()
    exported = export_report(data)
    written = time.process_time()
    sizes = {"rows_of_trend": data.trend.height, "rows_of_scores": data.scores.height}
    found = {
        "documents": DOCUMENTS,
        **sizes,
        "page_bytes": len(page.encode()),
        "charts": page.count("data-chart="),
        "render_cpu_s": round(rendered - began, 2),
        "export_cpu_s": round(written - rendered, 2),
        "export_files": len(exported.files),
        "load_average": round(os.getloadavg()[0], 1),
        "cores": os.cpu_count(),
        "browser_s": time_browser(page) if CHROMIUM else None,
    }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
