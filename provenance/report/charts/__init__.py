"""Vega-Lite charts by Altair, each with the sentence that says what it shows."""

from provenance.report.charts.chart import Chart

__all__ = ["Chart"]
