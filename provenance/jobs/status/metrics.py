"""A run's status as a Prometheus text file, for the textfile collector of node_exporter.

Format: Prometheus exposition formats, text format 0.0.4. No timestamps: the collector refuses them. Every sample has
the label `out`, so that the files of several runs can lie in one folder.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from provenance.jobs.status.estimates import Range
from provenance.jobs.status.phases import PhaseStatus
from provenance.jobs.status.state import State, Status

_QUANTILES = ("0.5", "0.9", "1")
_COUNTED = {
    "records": "Records read.",
    "documents": "Documents made.",
    "words": "Words of the documents.",
    "bytes_read": "Bytes of the input that were read.",
    "bytes_skipped": "Bytes of the input that no record could be made of.",
    "curated": "Documents kept by curation.",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A number with its labels; `suffix` is what a summary adds to its name."""

    value: float
    labels: Mapping[str, str]
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """Samples of one name; `kind` is counter, gauge or summary."""

    name: str
    kind: str
    meaning: str
    samples: tuple[Sample, ...]


def render_metrics(status: Status) -> str:
    """The whole file, ended by a line feed."""
    lines = []
    for metric in list_metrics(status):
        if metric.samples:
            lines += [f"# HELP {metric.name} {_escape(metric.meaning)}", f"# TYPE {metric.name} {metric.kind}"]
            lines += [_render_sample(metric.name, sample, status.out) for sample in metric.samples]
    return "\n".join(lines) + "\n"


def list_metrics(status: Status) -> list[Metric]:
    """Every metric; those of which nothing is known have no samples."""
    return [*_describe_run(status), *_describe_work(status), *_describe_phases(status.phases)]


def _describe_run(status: Status) -> Iterator[Metric]:
    facts = {"version": status.version, "config_digest": status.config_digest}
    yield Metric("provenance_run_info", "gauge", "What the run is; always 1.", (Sample(1.0, facts),))
    states = tuple(Sample(float(status.state is state), {"state": state.value}) for state in State)
    yield Metric("provenance_run_state", "gauge", "1 for the state that the run is in, else 0.", states)
    finished = status.state in (State.FINISHED, State.FINISHED_WITH_LOSSES)
    yield _gauge("provenance_run_finished", "1 when the run is finished, with losses or without.", finished)
    running = status.running if status.lives else None
    driver = running.driver if running else None
    yield _gauge("provenance_workers", "Tasks that can be worked on at a time.", driver.workers if driver else None)
    yield _gauge(
        "provenance_started_timestamp_seconds",
        "When the process began that works on the run.",
        driver.begun if driver else None,
    )
    yield _gauge(
        "provenance_last_heartbeat_timestamp_seconds",
        "Last sign of life of the process that works on the run.",
        running.updated if running else None,
    )
    meaning = "When a task last moved or ended."
    yield _gauge("provenance_last_progress_timestamp_seconds", meaning, status.progress)
    meaning = "Time until the run is finished; without a bound high while phases are to come."
    yield Metric("provenance_run_time_left_seconds", "gauge", meaning, tuple(_bound(status.left, {})))


def _describe_work(status: Status) -> Iterator[Metric]:
    for name, meaning in _COUNTED.items():
        yield Metric(f"provenance_{name}_total", "counter", meaning, (Sample(float(status.totals[name]), {}),))
    for name, meaning, reasons in (
        ("rejects", "Records that became no document.", status.rejects),
        ("left_out", "Documents left out by curation.", status.left_out),
    ):
        samples = tuple(Sample(float(n), {"reason": reason}) for reason, n in reasons.items())
        yield Metric(f"provenance_{name}_total", "counter", meaning, samples)
    yield _gauge("provenance_shards", "Shards of the run.", status.n_shards)
    yield _gauge("provenance_shards_incomplete", "Shards of which a part was lost.", len(status.incomplete))
    yield _gauge("provenance_tasks_lost", "Tasks that were given up.", len(status.failures))


def _describe_phases(phases: tuple[PhaseStatus, ...]) -> Iterator[Metric]:
    tasks = tuple(
        Sample(float(n), {"phase": phase.phase, "state": state})
        for phase in phases
        for state, n in (
            ("done", phase.done),
            ("failed", phase.failed),
            ("running", phase.running),
            ("open", phase.open),
        )
        if n is not None
    )
    yield Metric("provenance_tasks", "gauge", "Tasks of a phase; those open are told once they are known.", tasks)
    seconds = tuple(sample for phase in phases for sample in _summarise(phase))
    yield Metric("provenance_task_seconds", "summary", "Wall time of a task.", seconds)
    cpu = tuple(Sample(phase.cpu_seconds, {"phase": phase.phase}) for phase in phases if phase.quantiles)
    yield Metric("provenance_task_cpu_seconds_total", "counter", "CPU time of the tasks of a phase.", cpu)
    peak = tuple(Sample(float(phase.peak_memory_bytes), {"phase": phase.phase}) for phase in phases if phase.quantiles)
    yield Metric("provenance_task_peak_memory_bytes", "gauge", "Most memory that a process took for a task.", peak)
    left = tuple(sample for phase in phases for sample in _bound(phase.left, {"phase": phase.phase}))
    yield Metric("provenance_phase_time_left_seconds", "gauge", "Time until a phase is done.", left)


def _gauge(name: str, meaning: str, value: float | None) -> Metric:
    return Metric(name, "gauge", meaning, () if value is None else (Sample(float(value), {}),))


def _bound(left: Range | None, labels: Mapping[str, str]) -> Iterator[Sample]:
    for bound, value in () if left is None else (("low", left.low), ("high", left.high)):
        if value is not None:
            yield Sample(value, {**labels, "bound": bound})


def _summarise(phase: PhaseStatus) -> Iterator[Sample]:
    for quantile, value in zip(_QUANTILES, phase.quantiles or (), strict=False):
        yield Sample(value, {"phase": phase.phase, "quantile": quantile})
    if phase.quantiles:
        yield Sample(phase.task_seconds, {"phase": phase.phase}, "_sum")
        yield Sample(float(phase.n_timed), {"phase": phase.phase}, "_count")


def _render_sample(name: str, sample: Sample, out: str) -> str:
    labels = {"out": out, **sample.labels}
    shown = ",".join(f'{label}="{_escape_label(value)}"' for label, value in labels.items())
    return f"{name}{sample.suffix}{{{shown}}} {_show(sample.value)}"


def _show(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _escape_label(text: str) -> str:
    return _escape(text).replace('"', '\\"')
