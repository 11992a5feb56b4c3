"""`provenance status`: how a run stands, whoever works on it and wherever."""

import json
import time
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path

import click
from rich.live import Live

from provenance.cli.places import LocalPath, PlaceType
from provenance.cli.ratio_table import plain_console
from provenance.cli.status_page import draw_status, print_status
from provenance.errors import ProvenanceError
from provenance.jobs.status.files import check_metrics, write_metrics
from provenance.jobs.status.plain import to_plain_status
from provenance.jobs.status.state import State, Status
from provenance.jobs.status.watcher import Watcher
from provenance.store import Place


@click.command(epilog="Example: provenance status out/crawl --watch 10")
@click.argument("folder", metavar="DIR", type=PlaceType(to_read=True))
@click.option("--watch", type=click.FloatRange(min=1), metavar="SECONDS", help="Look again, until the run has ended.")
@click.option("--metrics", type=LocalPath(), help="Write a Prometheus text file too: NAME.prom.")
@click.option("--json", "as_json", is_flag=True, help="Print the status as JSON, one line each time.")
def status(folder: Place, watch: float | None, metrics: Path | None, as_json: bool) -> int:
    """Tells how the run in DIR stands: what is done, lost, running and open, how fast it goes, what went wrong.

    DIR is the --out of a run, a folder or s3://bucket/prefix, while it works, after it, or after it was killed; nothing
    is written there. Exit status 0: it works or is finished, and nothing is lost; 1: somebody should look; 2: no run.
    """
    if metrics is not None:
        check_metrics(metrics)
    watcher = Watcher(folder)
    first = found = _look(watcher, metrics)
    if watch is None:
        _show(found, as_json=as_json)
        return 1 if found.troubled else 0
    console = plain_console()
    draws = console.is_terminal and not as_json
    with Live(console=console, screen=True, auto_refresh=False) if draws else nullcontext() as live:
        for found in _look_again(watcher, first, watch, metrics):
            if live is None:
                _show(found, as_json=as_json)
            else:
                live.update(draw_status(found), refresh=True)
    if draws:
        _show(found, as_json=False)
    return 1 if found.troubled else 0


def _look(watcher: Watcher, metrics: Path | None) -> Status:
    found = watcher.read(time.time())
    if metrics is not None:
        write_metrics(metrics, found)
    return found


def _look_again(watcher: Watcher, found: Status, seconds: float, metrics: Path | None) -> Iterator[Status]:
    """The status time and again, until the run has ended or somebody presses Ctrl-C.

    Where the folder cannot be read once, that is told, and it is tried again.
    """
    yield found
    with suppress(KeyboardInterrupt):
        while found.state is State.RUNNING:
            time.sleep(seconds)
            try:
                found = _look(watcher, metrics)
            except ProvenanceError as error:
                click.echo(f"provenance: {error}", err=True)
            else:
                yield found


def _show(found: Status, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(to_plain_status(found), ensure_ascii=False))
    else:
        print_status(found, plain_console())
