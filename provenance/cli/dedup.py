"""`provenance dedup`: copies among the rows of any files of texts."""

import json
import os
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from provenance.cli.copies import describe_removed, describe_share, show_warnings
from provenance.cli.display import Display
from provenance.cli.places import LocalPath
from provenance.cli.sizes import MemorySize
from provenance.config import Plain
from provenance.dedup import DedupOptions
from provenance.dedup.banding import draw_curve, lowest_estimate
from provenance.dedup.options import Keep, Verify
from provenance.jobs.dedup.inputs import find_inputs
from provenance.jobs.dedup.rows import Fields
from provenance.jobs.dedup.standalone import SUMMARY, DedupPlan, Summary, remove_copies

_DEFAULT = DedupOptions()
_SHOWN = 20  # notes shown


@click.command(epilog="Example: provenance dedup texts/*.parquet --out out/dedup --memory 4GB --keep longest")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--out", required=True, type=LocalPath(), help="Folder for clusters and what stays.")
@click.option("--text-column", default="text", show_default=True)
@click.option("--id-column", default="id", show_default=True, help="Where there is none, ids are made of file and row.")
@click.option("--date-column", help="Dates or ISO 8601 times, for --keep earliest and first_seen.")
@click.option("--score-column", help="Numbers, for --keep best.")
@click.option("--host-column", help="Hosts, for boilerplate_share.")
@click.option("--threshold", type=float, default=_DEFAULT.threshold, show_default=True, help="Jaccard similarity.")
@click.option("--false-negative-weight", type=float, help="Between 0 and 1: choose bands and rows for it.")
@click.option(
    "--verify", type=click.Choice([one.value for one in Verify]), default=_DEFAULT.verify.value, show_default=True
)
@click.option(
    "--keep",
    type=click.Choice([one.value for one in Keep]),
    default=_DEFAULT.keep.value,
    show_default=True,
    help="Which copy stays.",
)
@click.option("--contrast/--no-contrast", default=True, help="Let copies stay that differ in a flip only.")
@click.option("--memory", type=MemorySize(), help="Ceiling for all workers together.  [default: 1 GiB a worker]")
@click.option("--workers", type=click.IntRange(1), default=os.cpu_count() or 1, show_default="all cores")
@click.option("--fresh", is_flag=True, help="Delete the search that is in the folder and start anew.")
@click.option("--json", "as_json", is_flag=True, help="Print what dedup.json says.")
def dedup(
    inputs: tuple[str, ...],
    out: Path,
    text_column: str,
    id_column: str,
    date_column: str | None,
    score_column: str | None,
    host_column: str | None,
    threshold: float,
    false_negative_weight: float | None,
    verify: str,
    keep: str,
    contrast: bool,
    memory: int | None,
    workers: int,
    fresh: bool,
    as_json: bool,
) -> int:
    """Finds exact and near duplicates among the rows of Parquet or JSON-lines files, and writes what stays.

    DIR gets clusters/ (a row for every document, in the input's order), kept/ (the rows that stay, with all their
    columns), rejects/ (rows that cannot be read) and dedup.json. A row without a text is a copy of nothing. Run the
    same command again after an interruption and it does the rest; inputs may be added.
    """
    fields = Fields(text_column, id_column, date_column, score_column, host_column)
    options = DedupOptions(
        threshold=threshold,
        keep=Keep(keep),
        verify=Verify(verify),
        contrast=contrast,
        false_negative_weight=false_negative_weight,
    )
    plan = DedupPlan(tuple(find_inputs(inputs)), out, fields, options, memory, workers)
    plan.check()
    show_banding(options)
    debug = bool(click.get_current_context().obj)
    with Display(debug=debug) as display:
        summary = remove_copies(plan, reporter=display, fresh=fresh)
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False))
    else:
        _show(summary, out)
    return 1 if summary["notes"] or _total(summary, "rejects") or _total(summary, "lost") else 0


def show_banding(options: DedupOptions) -> None:
    """The banding, and the share of pairs that is compared and found at each similarity, on stderr."""
    bands, rows = options.banding
    least = options.threshold
    if options.verify is Verify.SHINGLES:
        least = lowest_estimate(options.threshold, options.num_perm)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("similarity", "compared", "found" if least == options.threshold else "verified"):
        table.add_column(name, justify="right")
    table.add_column("")
    for s, compared, found in draw_curve((bands, rows), options.num_perm, least).iter_rows():
        table.add_row(f"{s:.2f}", f"{compared:.3f}", f"{found:.3f}", "#" * round(20 * found))
    console = Console(stderr=True)
    console.print(f"{bands} bands of {rows} rows; share of the pairs of a similarity (threshold {options.threshold}):")
    console.print(table)


def _show(summary: Summary, out: Path) -> None:
    totals, rejects = summary["totals"], summary["rejects"]
    assert isinstance(totals, dict)
    assert isinstance(rejects, dict)
    table = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    reasons = ", ".join(f"{reason} {n:,}" for reason, n in rejects.items())
    table.add_row("rows", _number(totals, "rows"), "")
    table.add_row("  rejects", _number(totals, "rejects"), reasons)
    table.add_row("  documents", _number(totals, "documents"), f"in {_number(totals, 'clusters')} clusters")
    for kind in ("unique", "exact", "near", "contrast"):
        table.add_row(f"    {kind}", _number(totals, kind), "")
    table.add_row("  kept", _number(totals, "kept"), "")
    measures = summary["measures"]
    assert isinstance(measures, dict)
    table.add_row("  removed", _number(totals, "removed"), describe_removed(measures))
    for name in ("precision", "recall"):
        table.add_row(*describe_share(measures, name))
    Console(soft_wrap=True).print(table)
    click.echo(f"what stays: {out / 'kept'}; all of it: {out / SUMMARY}")
    show_warnings(measures)
    notes = summary["notes"]
    assert isinstance(notes, list)
    for note in notes[:_SHOWN]:
        click.echo(f"lost: {note}", err=True)


def _number(totals: dict[str, Plain], name: str) -> str:
    return f"{totals[name]:,}"


def _total(summary: Summary, name: str) -> int:
    totals = summary["totals"]
    assert isinstance(totals, dict)
    n = totals[name]
    assert isinstance(n, int)
    return n
