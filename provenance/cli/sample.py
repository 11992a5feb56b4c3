"""`provenance sample`: a sample of crawls with weights, drawn from Common Crawl's columnar index."""

import json
import sys
from collections.abc import Mapping
from typing import Any

import click
import polars as pl
from rich.table import Table

from provenance.cli.ratio_table import plain_console
from provenance.errors import ConfigError
from provenance.jobs.sampling.fetching import KINDS
from provenance.jobs.sampling.options import ALLOCATIONS, SampleOptions
from provenance.jobs.sampling.sample import SampleReport, SampleRequest, run_sample
from provenance.store import ObjectPath, Place, bring, parse_place

_EXAMPLE = (
    "Example: provenance sample s3://commoncrawl/cc-index/table/cc-main/warc/crawl=CC-MAIN-2024-10/subset=warc/ "
    "--documents 20000 --per-host 5 --fetch --out out/sample"
)


@click.command(epilog=_EXAMPLE)
@click.argument("inputs", nargs=-1, required=True, metavar="INDEX...")
@click.option("--out", required=True, help="Folder for the sample, or s3://bucket/prefix.")
@click.option("--documents", required=True, type=click.IntRange(1), help="How many captures to draw of each crawl.")
@click.option("--per-host", type=click.IntRange(1), default=10, show_default=True, help="At most so many of a host.")
@click.option("--by", default="language,tld,month", show_default=True, help="Variables of the strata, or none.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed draws another sample.")
@click.option(
    "--allocation",
    type=click.Choice(list(ALLOCATIONS)),
    default="proportional",
    show_default=True,
    help="How many of each stratum: by its captures, or by their square root.",
)
@click.option("--least", type=click.IntRange(1), default=2, show_default=True, help="Of each stratum at least.")
@click.option("--crawl", "crawls", multiple=True, help="Only this crawl; or the name of files whose path tells none.")
@click.option("--panel-share", type=click.FloatRange(0, 1), default=0.0, help="Part of the hosts that are the panel.")
@click.option("--panel", help="The hosts of the panel: panel.parquet of another sample.")
@click.option("--columns", default="url", show_default=True, help="More columns of the index to write, or none.")
@click.option("--fetch", is_flag=True, help="Fetch the records too, as WARC beside the sample.")
@click.option("--base", help="Where archives lie, a folder, http(s):// or s3://.  [default: Common Crawl's]")
@click.option("--connections", type=click.IntRange(1), default=8, show_default=True, help="Fetching at once.")
@click.option("--fresh", is_flag=True, help="Delete the sample that is in the folder.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def sample(
    inputs: tuple[str, ...],
    out: str,
    documents: int,
    per_host: int,
    by: str,
    seed: int,
    allocation: str,
    least: int,
    crawls: tuple[str, ...],
    panel_share: float,
    panel: str | None,
    columns: str,
    fetch: bool,
    base: str | None,
    connections: int,
    fresh: bool,
    as_json: bool,
) -> int:
    """Draws a sample of a crawl from its columnar index, with weights that make figures of it figures of the crawl.

    INDEX is Common Crawl's: Parquet files, folders, globs, s3:// prefixes, http(s):// files, or a list of them
    (cc-index-table.paths.gz). Successful captures of pages are drawn in strata of language, top-level domain and
    month, no host above --per-host; of several crawls, so many of each. The same seed and index give the same sample.
    Run the same command again after an interruption: what was fetched is kept.
    """
    options = SampleOptions(
        documents, per_host, _split(by), seed, allocation, least, panel_share, _read_panel(panel), _split(columns)
    )
    place = _parse(out)
    request = SampleRequest(inputs, place, options, crawls, base, fetch, fresh, connections)
    report = run_sample(request, _tell)
    if as_json:
        fetched = report.fetched.to_json() if report.fetched else None
        click.echo(json.dumps({**report.facts, "fetch": fetched}, ensure_ascii=False))
    else:
        _show(report, place)
    return 1 if report.fetched is not None and report.fetched.lost else 0


def _parse(text: str) -> Place:
    try:
        return parse_place(text)
    except ValueError as error:
        raise ConfigError(str(error)) from error


def _split(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    return () if names == ("none",) else names


def _read_panel(panel: str | None) -> dict[str, float]:
    """Hosts of a panel with their probabilities; 1 where none is told."""
    if panel is None:
        return {}
    try:
        place = _parse(panel)
        rows = pl.read_parquet(bring(place) if isinstance(place, ObjectPath) else place, glob=False)
        hosts = rows["url_host_name"].cast(pl.String, strict=True).to_list()
        told = (
            rows["inclusion_probability"].to_list() if "inclusion_probability" in rows.columns else [1.0] * len(hosts)
        )
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ConfigError(f"--panel {panel}: cannot be read as Parquet with a column url_host_name: {error}") from error
    if not hosts or not all(hosts) or not all(p is not None and 0 < p <= 1 for p in told):
        raise ConfigError(f"--panel {panel}: needs hosts, each with a probability above 0 and up to 1")
    return dict(zip(hosts, told, strict=True))


def _tell(step: str, what: str, number: int, n: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{step} {number}/{n} {what[-90:]}", err=True, nl=number == n)
    else:
        click.echo(f"{step} {number}/{n}: {what}", err=True)


def _show(report: SampleReport, out: Place) -> None:
    console = plain_console()
    crawls: Mapping[str, Any] = report.facts["crawls"]  # type: ignore[assignment]
    for name, told in crawls.items():
        table = Table(title=None, show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column()
        table.add_column(justify="right")
        table.add_column(overflow="fold")
        left_out = ", ".join(f"{reason} {n:,}" for reason, n in told["left_out"].items())
        table.add_row(name, f"{told['rows']:,}", "rows of the index")
        table.add_row("  captures", f"{told['captures']:,}", f"of pages, on {told['hosts']:,} hosts")
        table.add_row("  left out", f"{told['rows'] - told['captures']:,}", left_out)
        table.add_row(
            "drawn", f"{told['documents']:,}", f"in {told['strata']:,} strata, on {told['hosts_drawn']:,} hosts"
        )
        table.add_row("  worth", f"{told['worth']:,.0f}", f"of equal weight; {told['hosts_held']:,} hosts at their cap")
        if told["panel_hosts"]:
            table.add_row("panel", f"{told['panel_captures']:,}", f"of {told['panel_hosts']:,} hosts")
        table.add_row("read", f"{told['index']['bytes_read']:,}", f"bytes of {len(told['index']['files']):,} files")
        console.print(table)
        _warn_of_few(report, name, told["documents"])
    console.print(f"{'drawn before' if report.kept else 'drawn'}: {out}", soft_wrap=True)
    if report.fetched is not None:
        _show_fetched(report, out)


def _warn_of_few(report: SampleReport, crawl: str, drawn: int) -> None:
    identity: Mapping[str, Any] = report.facts["identity"]  # type: ignore[assignment]
    asked = identity["options"]["documents"]
    if drawn < asked:
        told = f"{crawl}: {drawn:,} instead of {asked:,}: with --per-host there are no more to draw"
        click.echo(told, err=True)


def _show_fetched(report: SampleReport, out: Place) -> None:
    told = report.fetched
    assert told is not None
    click.echo(f"{told.fetched:,} of {told.rows:,} records fetched, {told.bytes_read:,} bytes of them now")
    if told.lost:
        reasons = ", ".join(f"{n:,} {reason}" for reason, n in told.lost.most_common())
        click.echo(f"{told.rows - told.fetched:,} lost ({reasons}); the weights of the others make up for them:")
        for example in told.examples:
            click.echo(f"  {example}")
        click.echo("the same command tries them again")
    for kind in KINDS[: 1 + bool(report.facts and _has_panel(report))]:
        run = "run" if kind is KINDS[0] else "panel_run"
        warcs = f"{out / kind.warc_folder}/"  # with a slash, as prefixes of object storage are told from objects
        click.echo(f"now: provenance run {warcs} --out {out / run} --weights {out / kind.weights_file}")


def _has_panel(report: SampleReport) -> bool:
    crawls: Mapping[str, Any] = report.facts["crawls"]  # type: ignore[assignment]
    return any(told["panel_captures"] for told in crawls.values())
