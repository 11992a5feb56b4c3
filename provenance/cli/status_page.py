"""A run's status as a person reads it, most urgent first."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from provenance.cli.durations import tell_bytes, tell_range, tell_span
from provenance.jobs.status.phases import PhaseStatus, Speed
from provenance.jobs.status.plain import tell_time
from provenance.jobs.status.state import State, Status
from provenance.jobs.status.trouble import Failure, ShardFigures

_SHOWN = 10  # tasks and failures that are listed
_STYLES = {
    State.RUNNING: "green",
    State.INTERRUPTED: "bold red",
    State.FAILED: "bold red",
    State.FINISHED: "green",
    State.FINISHED_WITH_LOSSES: "yellow",
}


def draw_status(status: Status) -> RenderableType:
    """The page as it is drawn again and again: folded to the terminal."""
    return Group(*_list_parts(status))


def print_status(status: Status, console: Console) -> None:
    """The page as it is printed once: a sentence is a line, however long."""
    for part in _list_parts(status):
        console.print(part, soft_wrap=isinstance(part, Text))


def _list_parts(status: Status) -> Iterator[RenderableType]:
    yield Text.assemble(status.out, ": ", (status.state.value.replace("_", " "), _STYLES[status.state]), _age(status))
    if status.running is not None:
        yield Text(f"  {_tell_process(status)}")
    if status.running is not None and status.running.stopped and not status.lives:
        yield Text(f"  it stopped: {status.running.stopped}")
    for what, detail in _list_left(status):
        yield Text(f"  {what}: {detail}")
    for warning in status.warnings:
        yield Text.assemble("  ", ("warning: ", "bold yellow"), warning)
    if status.advice:
        yield Text(f"  what to do: {status.advice}")
    yield Text("")
    yield _show_phases(status.phases)
    yield Text("")
    yield _show_figures(status)
    yield from _show_working(status)
    yield from _show_failures("lost", status.failures)
    yield from _show_failures("lost in part", status.incomplete)


def _age(status: Status) -> str:
    told = []
    if status.lives and status.running is not None:
        told.append(f"sign of life {tell_span(status.now - status.running.updated)} ago")
    if status.progress is not None:
        told.append(f"last progress {tell_span(status.now - status.progress)} ago")
    return f" ({', '.join(told)})" if told else ""


def _tell_process(status: Status) -> str:
    assert status.running is not None
    driver, since = status.running.driver, tell_span(status.now - status.running.driver.begun)
    crew = f"engine {driver.engine}, {driver.workers} workers"
    return f"process {driver.pid} on {driver.host}, {crew}, begun {_clock(driver.begun)} ({since} ago)"


def _show_phases(phases: Sequence[PhaseStatus]) -> Table:
    table = _make_table("phase", "done", "lost", "running", "open", "of", "worked", "a task", "longest", "left")
    for phase in phases:
        median, _, longest = phase.quantiles or (None, None, None)
        table.add_row(
            phase.phase,
            *(_count(n) for n in (phase.done, phase.failed, phase.running, phase.open, phase.n_tasks)),
            tell_span(phase.worked_seconds) if phase.worked_seconds else "",
            *("" if seconds is None else f"{seconds:,.1f} s" for seconds in (median, longest)),
            tell_range(phase.left) if phase.left and not phase.whole else "",
        )
    return table


def _show_figures(status: Status) -> Table:
    totals = status.totals
    table = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    table.add_row("records", _count(totals["records"]), f"in {status.n_shards:,} shards")
    table.add_row("  rejects", _count(totals["rejects"]), _reasons(status.rejects))
    table.add_row("  documents", _count(totals["documents"]), f"{totals['words']:,} words")
    table.add_row("    left out", _count(totals["left_out"]), _reasons(status.left_out))
    table.add_row("    curated", _count(totals["curated"]), "")
    skipped = f"{totals['bytes_skipped']:,} bytes skipped"
    table.add_row("bytes read", tell_bytes(totals["bytes_read"]), skipped)
    table.add_row("peak memory", tell_bytes(status.peak_memory_bytes), "of a process")
    for what, detail in (*_list_speeds(status), *_list_shards(status)):
        table.add_row(what, "", detail)
    return table


def _list_speeds(status: Status) -> Iterator[tuple[str, str]]:
    """Of the phase that is being worked on, else of reading."""
    phase = status.current or status.phases[0]
    if phase.recent is not None:
        yield f"{phase.phase}, last {tell_span(phase.recent.seconds)}", _tell_speed(phase.recent)
    if phase.overall is not None:
        yield f"{phase.phase}, over all", _tell_speed(phase.overall)


def _list_left(status: Status) -> Iterator[tuple[str, str]]:
    if status.current is not None:
        later = (
            "" if status.left is None or status.left.high is not None else "; what comes after has not been measured"
        )
        yield f"left of {status.current.phase}", tell_range(status.current.left)
        yield "left of the run", tell_range(status.left) + later


def _list_shards(status: Status) -> Iterator[tuple[str, str]]:
    if status.slowest:
        yield "slowest shards", ", ".join(f"{_name(s)} {tell_span(s.seconds)}" for s in status.slowest)
    if status.most_rejects:
        yield "most rejects", ", ".join(f"{_name(s)} {s.lost_records:,} of {s.records:,}" for s in status.most_rejects)


def _show_working(status: Status) -> Iterator[RenderableType]:
    if not status.working:
        return
    yield Text("")
    yield Text(f"being worked on ({len(status.working):,}), longest first:")
    table = _make_table("  phase", "shard", "for", "read", "by", "attempt", left=2)
    for task in status.working[:_SHOWN]:
        read = f"{min(1.0, task.bytes_done / task.size):.0%}" if task.bytes_done and task.size else ""
        attempt = f"{task.attempt}" if task.attempt > 1 else ""
        span = tell_span(status.now - task.begun)
        table.add_row(f"  {task.phase}", f"{task.crawl}/{task.shard}", span, read, task.worker, attempt)
    yield table


def _show_failures(title: str, failures: Sequence[Failure]) -> Iterator[RenderableType]:
    if not failures:
        return
    yield Text("")
    yield Text(f"{title} ({len(failures):,}):", style="bold red")
    for failure in failures[-_SHOWN:]:
        when = f" at {_clock(failure.ended)}" if failure.ended else ""
        by = f" by {failure.worker}" if failure.worker else ""
        yield Text(f"  {failure.phase} {failure.crawl}/{failure.shard}{when}{by}: {failure.error}")
        if failure.advice:
            yield Text(f"    what to do: {failure.advice}")
    if len(failures) > _SHOWN:
        yield Text(f"  and {len(failures) - _SHOWN:,} before; --json lists all")


def _make_table(*names: str, left: int = 1) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    for number, name in enumerate(names):
        table.add_column(name, justify="left" if number < left else "right", overflow="fold")
    return table


def _tell_speed(speed: Speed) -> str:
    told = [f"{speed.tasks * 3600:,.0f} tasks/h"]
    told += [f"{speed.records:,.0f} records/s"] if speed.records else []
    told += [f"{speed.documents:,.0f} documents/s"] if speed.documents else []
    told += [f"{tell_bytes(speed.bytes)}/s"] if speed.bytes else []
    return ", ".join(told)


def _reasons(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {n:,}" for reason, n in counts.items())


def _name(shard: ShardFigures) -> str:
    return f"{shard.crawl}/{shard.shard}"


def _count(n: int | None) -> str:
    return "?" if n is None else f"{n:,}"


def _clock(seconds: float) -> str:
    told = tell_time(seconds)
    assert told is not None
    return f"{told[:10]} {told[11:16]} UTC"
