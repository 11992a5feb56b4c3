"""The simulated series drawn: bands of the runs, and the truth in them.

python -m pipelines.draw_series /tmp/series/coverage/estimates.parquet docs/images/series.png
"""

import sys
from datetime import datetime
from pathlib import Path

import altair as alt
import polars as pl
import vl_convert

CHAT_MODELS = datetime(2022, 11, 30)
SERIES = ("all_hosts", "same_hosts", "first_seen")
TOPS = {"ai_generated": 0.6, "machine_translated": 0.25}  # of the axes
COLOURS = {"ai_generated": "#b34700", "machine_translated": "#00805f"}
TITLES = {
    "ai_generated": "AI-generated", "machine_translated": "machine-translated",
    "all_hosts": "all hosts", "same_hosts": "the same hosts", "first_seen": "first seen",
}  # fmt: skip


def main(arguments: list[str]) -> None:
    """Reads the estimates of the runs and writes a PNG."""
    source, target = map(Path, arguments)
    runs = pl.read_parquet(source).filter(pl.col("drawn") == 0, pl.col("unit") == "documents", language="en")
    dated = runs.with_columns(
        time=pl.col("crawl").map_elements(_date, return_dtype=pl.Datetime), name=pl.col("origin").replace(TITLES)
    ).sort("time")
    rows = [
        alt.HConcatChart(hconcat=[_panel(dated.filter(origin=origin, series=series), origin) for series in SERIES])
        for origin in COLOURS
    ]
    chart = alt.VConcatChart(vconcat=rows).configure_view(stroke=None)
    target.write_bytes(vl_convert.vegalite_to_png(chart.to_dict(), scale=2))


def _date(crawl: str) -> datetime:
    return datetime.fromisocalendar(int(crawl[8:12]), int(crawl[13:15]), 1)


def _panel(rows: pl.DataFrame, origin: str) -> alt.LayerChart:
    """Band and line of the estimates, points of what is true: filled where the band holds them."""
    series = str(rows["series"][0])
    told = rows.with_columns(held=pl.col("true_share").is_between("low", "high"))
    x = alt.X("time:T", title=None, axis=alt.Axis(format="%Y", tickCount="year", grid=False))
    scale = alt.Scale(domain=[0, TOPS[origin]], clamp=True)
    y = alt.Y("prevalence:Q", title=TITLES[origin], scale=scale, axis=alt.Axis(format="~%", tickCount=5))
    base = alt.Chart(told).encode(x=x)
    band = base.mark_area(color=COLOURS[origin], opacity=0.2).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q")
    line = base.mark_line(color=COLOURS[origin], point=alt.OverlayMarkDef(color=COLOURS[origin], size=20)).encode(y=y)
    filled = alt.condition("datum.held", alt.value("black"), alt.value("white"))
    true = base.mark_point(shape="diamond", color="black", size=40, opacity=1).encode(y="true_share:Q", fill=filled)
    since = (
        alt.Chart(pl.DataFrame({"time": [CHAT_MODELS]})).mark_rule(color="#888", strokeDash=[4, 3]).encode(x="time:T")
    )
    title = TITLES[series] if origin == "ai_generated" else ""
    return alt.LayerChart(layer=[band, since, line, true]).properties(width=230, height=170, title=title)


if __name__ == "__main__":
    main(sys.argv[1:])
