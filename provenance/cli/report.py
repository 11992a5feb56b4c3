"""`provenance report`: one page over finished runs, with its tables and charts beside it."""

import json
from pathlib import Path

import click

from provenance.cli.ratio import split_names
from provenance.jobs.report_runs import REPORT_BY, ReportOptions, report_on


@click.command(epilog="Example: provenance report out/2019-30 out/2025-30 --out trend.html --by crawl,language")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DIR...")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The HTML page to write.")
@click.option("--by", default=",".join(REPORT_BY), show_default=True, help="Columns to group by, comma-separated.")
@click.option("--title", help="The headline of the page.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON where things are.")
def report(folders: tuple[Path, ...], out: Path, by: str, title: str | None, as_json: bool) -> int:
    """One report over one or more finished runs of the same version, models and options.

    DIR is a folder of `provenance run`. Several are shown beside each other by crawl.
    """
    written = report_on(folders, out, ReportOptions(split_names(by), title=title))
    for note in written.notes:
        click.echo(f"note: {note}", err=True)
    if as_json:
        told = {"report": str(written.page), "tables": str(written.tables), "files": [f.name for f in written.files]}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(f"report: {written.page}")
        click.echo(f"tables and charts: {written.tables}")
    return 0
