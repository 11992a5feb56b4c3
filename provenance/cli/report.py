"""`provenance report`: one page over finished runs, with its tables and charts beside it."""

import json
from pathlib import Path

import click

from provenance.cli.places import LocalPath, PlaceType
from provenance.cli.ratio import split_names
from provenance.jobs.report_runs import PERIODS, REPORT_BY, ReportOptions, report_on
from provenance.store import Place

_PERIOD_HELP = "Of the trend.  [default: crawls where there are several, else months]"


@click.command(epilog="Example: provenance report out/2019-30 out/2025-30 --out trend.html --by crawl,language")
@click.argument("folders", nargs=-1, required=True, type=PlaceType(to_read=True), metavar="DIR...")
@click.option("--out", required=True, type=LocalPath(), help="The HTML page to write.")
@click.option("--by", default=",".join(REPORT_BY), show_default=True, help="Columns to group by, comma-separated.")
@click.option("--period", type=click.Choice(("auto", *PERIODS)), default="auto", help=_PERIOD_HELP)
@click.option("--reference", multiple=True, metavar="SCORES", help="Scored documents known to be human, or a run.")
@click.option("--originals", is_flag=True, help="None of the reference is translated, either.")
@click.option(
    "--own-reference/--no-own-reference",
    default=None,
    help="Early documents of half of the hosts as reference where none is given.  [default: as the runs]",
)
@click.option("--title", help="The headline of the page.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON where things are.")
def report(
    folders: tuple[Place, ...],
    out: Path,
    by: str,
    period: str,
    reference: tuple[str, ...],
    originals: bool,
    own_reference: bool | None,
    title: str | None,
    as_json: bool,
) -> int:
    """One report over one or more finished runs of the same version, models and options.

    DIR is a folder of `provenance run`, or s3://bucket/prefix. Several are a trend by crawl; one is a trend by month of
    capture. Beside the page, in a folder named after it, are its tables and charts. Columns to group by: language,
    crawl, month, domain_class, top_level_domain, length, site_type, url_host_name, url_host_registered_domain.
    """
    chosen = next((name for name in PERIODS if name == period), None)
    written = report_on(
        folders, out, ReportOptions(split_names(by), chosen, reference, title, originals or None, own_reference)
    )
    for note in written.notes:
        click.echo(f"note: {note}", err=True)
    if as_json:
        told = {"report": str(written.page), "tables": str(written.tables), "files": [f.name for f in written.files]}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(f"report: {written.page}")
        click.echo(f"tables and charts: {written.tables}")
    return 0
