"""Excess words beside the classifier's estimate, language by language."""

from collections.abc import Sequence

import altair as alt

from provenance.report.charts.chart import Chart, Point, draw, finish, say_points, share_axis, tip
from provenance.report.charts.looks import DASHED, Look, tell_apart, time_axis, write_date

CLASSIFIER, WORDS = "classifier", "excess words"
LOOKS = {CLASSIFIER: Look("var(--ai-generated)"), WORDS: Look("var(--series-0)", "square", DASHED)}


def chart_drift(points: Sequence[Point], name: str, label: str) -> Chart | None:
    """Lines of both methods over time, each with its band; null where neither has two periods.

    A point has period, method, estimate, low and high.
    """
    methods = [m for m in LOOKS if sum(point["method"] == m for point in points) > 1]
    if not methods:
        return None
    shown = [point | {"date": write_date(str(point["period"]))} for point in points if point["method"] in methods]
    looks = tell_apart("method", {method: LOOKS[method] for method in methods})
    base = draw(shown).encode(x=time_axis([str(p["period"]) for p in shown], "%Y", 5), color=looks.colour)
    y = alt.Y("low:Q", title="share of documents", axis=share_axis(4), scale=alt.Scale(domainMin=0))
    band = base.mark_area(opacity=0.16).encode(y=y, y2="high:Q")
    lines = [
        base.transform_filter(alt.datum.method == method)
        .mark_line(strokeWidth=2, strokeDash=list(LOOKS[method].dash))
        .encode(y="estimate:Q")
        for method in methods
    ]
    tooltip = tip("period", "method", "estimate", "low", "high", "word")
    dots = base.mark_point(filled=True, size=45, opacity=1).encode(y="estimate:Q", tooltip=tooltip, shape=looks.shape)
    said = say_points(shown, "period", "method", value="estimate")
    return finish([band, *lines, dots], name, 190, label, said)
