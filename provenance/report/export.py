"""What lies beside the page: its tables as frames and CSV, its charts as SVG and PNG. Nothing is written here."""

import functools
import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from importlib.resources import files

import polars as pl
import vl_convert
from altair.utils.schemapi import debug_mode

from provenance.report.charts import Chart
from provenance.report.data import Example, ReportData
from provenance.report.page import make_sections

WIDTH = 640  # pixels of a chart's drawing
SCALE = 2  # pixels of a PNG for each of the SVG
TITLE = 88  # characters of a line over a chart
EXAMPLE_COLUMNS = (
    "doc_id", "origin", "ai_score", "mt_score", "url", "crawl", "language", "captured", "n_words",
    "warc_filename", "warc_record_offset", "warc_record_length",
)  # fmt: skip
_VARIABLE = re.compile(r"var\((--[\w-]+)\)")


@dataclass(frozen=True, slots=True)
class Exported:
    """`tables` by name, to be kept as NAME.parquet; `files` by their whole names: NAME.csv, CHART.svg, CHART.png."""

    tables: Mapping[str, pl.DataFrame]
    files: Mapping[str, bytes]


def export_report(data: ReportData) -> Exported:
    """Every table of the page that has rows, and every chart; a chart's name begins with that of its table."""
    tables = list_tables(data)
    written = {f"{name}.csv": write_csv(table) for name, table in tables.items()}
    with debug_mode(False):
        charts = make_sections(data).charts
    for chart in charts:
        written |= dict(draw_files(chart))
    return Exported(tables, written)


def list_tables(data: ReportData) -> dict[str, pl.DataFrame]:
    """The tables of a report by name, empty ones left out; `examples` names their records."""
    found = {field.name: getattr(data, field.name) for field in fields(data)}
    tables = {name: table for name, table in found.items() if isinstance(table, pl.DataFrame) and not table.is_empty()}
    return tables | ({"examples": _tabulate(data.examples)} if data.examples else {})


def write_csv(table: pl.DataFrame) -> bytes:
    """A table as CSV (RFC 4180, UTF-8); lists are joined by +, as in `--by`."""
    lists = [name for name, dtype in table.schema.items() if isinstance(dtype, pl.List)]
    flat = table.with_columns(pl.col(name).list.eval(pl.element().fill_null("")).list.join("+") for name in lists)
    return flat.write_csv().encode()


def draw_files(chart: Chart) -> Iterator[tuple[str, bytes]]:
    """A chart as SVG and PNG in the colours of the light scheme, its caption above."""
    svg = vl_convert.vegalite_to_svg(resolve_spec(chart))
    yield f"{chart.name}.svg", svg.encode()
    yield f"{chart.name}.png", vl_convert.svg_to_png(svg, scale=SCALE)


def resolve_spec(chart: Chart) -> dict[str, object]:
    """The specification of a chart that stands alone: with colours in place of variables, a width and a title."""
    colours = load_colours()
    spec: dict[str, object] = json.loads(_VARIABLE.sub(lambda found: colours[found[1]], chart.spec))
    title = {"text": textwrap.wrap(chart.caption, TITLE), "anchor": "start", "fontSize": 13, "fontWeight": "normal"}
    title |= {"color": colours["--ink"], "offset": 12}
    return spec | {"width": WIDTH, "background": colours["--ground"], "title": title, "padding": 16}


@functools.cache
def load_colours() -> Mapping[str, str]:
    """The colours of the light scheme by variable, as the style sheet of the page defines them first."""
    style = files(__package__).joinpath("templates/style.css").read_text(encoding="utf-8")
    return dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{3,6});", style[: style.index("}")]))


def _tabulate(examples: tuple[Example, ...]) -> pl.DataFrame:
    rows = [asdict(example) for example in examples]
    frame = pl.DataFrame([{name: row[name] for name in EXAMPLE_COLUMNS} for row in rows], infer_schema_length=None)
    integers = [pl.col(name).cast(pl.Int64) for name in EXAMPLE_COLUMNS[-2:]]
    return frame.with_columns(pl.col("ai_score", "mt_score").cast(pl.Float64), *integers)
