"""`provenance fetch`: the records that rows of an index name, as one WARC."""

import json
from pathlib import Path

import click

from provenance.cli.places import LocalPath
from provenance.errors import ConfigError
from provenance.jobs.records.fetch import FetchReport, FetchRequest, fetch_rows

_PATH = LocalPath()


@click.command(
    epilog="Example: provenance fetch index.parquet --base https://data.commoncrawl.org/ --out pages.warc.gz"
)
@click.argument("rows", type=_PATH, metavar="ROWS")
@click.option("--out", required=True, type=_PATH, help="The .warc.gz to write.")
@click.option("--base", help="Where file names count from: a folder, http(s):// or s3://; else they are places.")
@click.option("--rejects", type=_PATH, help="Rows without a record and why, as Parquet.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def fetch(rows: Path, out: Path, base: str | None, rejects: Path | None, as_json: bool) -> int:
    """Fetches single records by file, offset and length, and writes them as WARC.

    ROWS (.parquet, .csv, .jsonl, or a folder of Parquet files) has warc_filename, warc_record_offset and
    warc_record_length, as Common Crawl's columnar index and the tables of a run have them, or filename, offset and
    length, as its CDX API has them. Of each archive only these bytes are read, neighbours in one go.
    """
    if not out.name.endswith(".warc.gz"):
        raise ConfigError(f"--out {out}: give a name that ends in .warc.gz")
    if not rows.exists():
        raise ConfigError(f"{rows}: no such file or folder")
    report = fetch_rows(FetchRequest(rows, out, base, rejects), _tell_file)
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False))
    else:
        _show(report, out)
    return 1 if report.rejected else 0


def _tell_file(name: str, n_rows: int, n_fetched: int) -> None:
    click.echo(f"{name}: {n_fetched:,} of {n_rows:,} records", err=True)


def _show(report: FetchReport, out: Path) -> None:
    click.echo(f"{report.fetched:,} records of {report.rows:,} rows from {report.files:,} files: {out}")
    if report.repeated:
        click.echo(f"{report.repeated:,} rows named a record again, which was written once")
    click.echo(f"{report.bytes_read:,} bytes in {report.reads:,} reads for {report.bytes_wanted:,} bytes of records")
    if report.digests_replaced:
        click.echo(f"{report.digests_replaced:,} digests did not fit their bytes; the old ones stand beside the new")
    if report.rejected:
        reasons = ", ".join(f"{n:,} {reason}" for reason, n in report.rejects.most_common())
        click.echo(f"{report.rejected:,} rows without a record ({reasons}):")
        for example in report.examples:
            click.echo(f"  {example}")
        if report.rejected > len(report.examples):
            click.echo(f"  and {report.rejected - len(report.examples):,} more; --rejects FILE.parquet writes them all")
