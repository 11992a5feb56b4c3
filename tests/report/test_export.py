"""The tables and charts that lie beside the page."""

import io
import re
from xml.etree import ElementTree

import polars as pl
import pytest

from provenance.report import ReportData, export_report
from provenance.report.charts.controls import chart_spikes
from provenance.report.export import draw_files, list_tables, load_colours, write_csv
from tests.report.made_report import made_report
from tests.report.made_series import made_controls, made_series

SPIKES = chart_spikes(made_controls().filter(control="spike"), "controls-spikes")


@pytest.fixture(scope="module")
def drawn() -> dict[str, bytes]:
    assert SPIKES is not None
    return dict(draw_files(SPIKES))


def test_every_table_with_rows_is_given_and_no_other():
    tables = list_tables(made_report(**made_series()))
    new = {"trend", "controls", "sensitivity", "excess", "drift", "shift", "errors", "reliability", "examples"}
    assert new | {"ratio", "scores", "shards"} <= set(tables)
    assert list_tables(ReportData()) == {}


def test_a_csv_reads_back_with_its_lists_joined():
    controls = made_controls()
    read = pl.read_csv(io.BytesIO(write_csv(controls)))
    assert read.columns == controls.columns
    assert read["prevalence"].to_list() == controls["prevalence"].to_list()
    assert read["group_values"].to_list() == ["+".join(values) for values in controls["group_values"]]


def test_examples_name_their_records_as_fetch_reads_them():
    examples = list_tables(made_report())["examples"]
    assert examples.schema["warc_record_offset"] == pl.Int64
    assert examples["warc_filename"].str.ends_with(".warc.gz").all()
    assert "text" not in examples.columns


def test_a_chart_is_drawn_as_svg_and_png(drawn: dict[str, bytes]):
    assert list(drawn) == ["controls-spikes.svg", "controls-spikes.png"]
    ElementTree.fromstring(drawn["controls-spikes.svg"])
    assert drawn["controls-spikes.png"].startswith(b"\x89PNG\r\n\x1a\n")


def test_a_drawing_has_colours_of_its_own_and_says_what_it_shows(drawn: dict[str, bytes]):
    svg = drawn["controls-spikes.svg"].decode()
    assert "var(" not in svg
    assert load_colours()["--ai-generated"] in svg
    assert "Spiked mixtures" in re.sub(r"<[^>]+>", "", svg)


def test_every_table_and_chart_of_the_page_has_its_files():
    data = ReportData(controls=made_controls())
    assert set(export_report(data).files) == {
        "controls.csv",
        *(f"controls-{name}.{kind}" for name in ("negative-ai-generated", "spikes") for kind in ("svg", "png")),
    }


def test_the_same_data_gives_the_same_files():
    data = ReportData(controls=made_controls())
    assert export_report(data).files == export_report(data).files
