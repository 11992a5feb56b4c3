"""`provenance dedup`: copies among the rows of any files of texts.

sign           per input   signatures, rejects
spread to measure          clusters, as in a run
keep           per input   the rows that stay
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from provenance import __version__
from provenance.config import Plain, digest_config, find_changes, to_plain
from provenance.dedup import DedupOptions
from provenance.dedup.options import Keep
from provenance.errors import ConfigError, OutputError
from provenance.jobs.dedup.documents import InputDocuments
from provenance.jobs.dedup.inputs import Input
from provenance.jobs.dedup.keep import KeepCopies
from provenance.jobs.dedup.plan import count_key_ranges
from provenance.jobs.dedup.rows import Fields, check_input
from provenance.jobs.dedup.search import MEASURES, SCRATCH, CopySearch
from provenance.jobs.dedup.sign import SignInput
from provenance.jobs.desk import Reporter
from provenance.jobs.gather import add_counts
from provenance.jobs.job import Job
from provenance.jobs.occupied import check_foreign, make_folder, occupy
from provenance.run import Crew, Ledger, LocalCrew, Receipt, Task
from provenance.store import find_absent, output_error, remove_parts, write_text

SUMMARY = "dedup.json"
_LEDGER = "ledger.jsonl"
_TABLES = ("signatures", "rejects", "clusters", "kept", "stats", SCRATCH)
_CRAWL = "input"  # what stands for the crawl of a shard, which inputs have none of
Summary = dict[str, Plain]


@dataclass(frozen=True, slots=True)
class DedupPlan:
    """What is to be searched for copies, and how; `memory` as of `CopySearch`."""

    inputs: tuple[Input, ...]
    out: Path
    fields: Fields
    options: DedupOptions
    memory: int | None
    workers: int

    def check(self) -> None:
        """Raises ConfigError when an input cannot be searched."""
        if self.options.keep is Keep.BEST and self.fields.score is None:
            raise ConfigError("--keep best: name the column of the score (--score-column)")
        if self.memory is not None:
            count_key_ranges(0, self.options, memory=self.memory, workers=self.workers)
        for one in self.inputs:
            check_input(one.path, self.fields)

    def describe(self) -> Summary:
        """What makes the tables in a folder what they are, besides the inputs."""
        return {"version": __version__, "options": to_plain(self.options), "columns": to_plain(self.fields)}

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What each table says of itself."""
        digest = digest_config((self.options, self.fields))
        return ("provenance:version", __version__), ("provenance:config_digest", digest)


def remove_copies(plan: DedupPlan, *, reporter: Reporter, fresh: bool) -> Summary:
    """Does what is open of the search in the folder; gives what dedup.json says.

    Raises ConfigError before any work when the folder or the memory cannot serve, OutputError.
    """
    with _open_folder(plan, fresh=fresh) as ledger, LocalCrew(plan.workers) as crew:
        desk = InputDesk(plan.out, ledger, crew, reporter)
        shards = [(one, Task("sign", _CRAWL, one.name, one.path, one.size, one.version)) for one in plan.inputs]
        signed = desk.do("sign", SignInput(plan.out, plan.options, plan.fields, plan.metadata), [t for _, t in shards])
        told = _digest([*(f"{r.task.shard} {r.task.inputs}" for r in signed)])
        documents = InputDocuments(plan.out, tuple((one.name, one.path) for one in plan.inputs), plan.fields)
        clustered = _search(plan, documents, signed, told).run(desk)
        keep = [replace(task, phase="keep", inputs=told) for _, task in shards]
        kept = desk.do("keep", KeepCopies(documents, plan.metadata), keep)
        summary = _sum_up(plan, signed, kept, clustered)
        write_text(plan.out / SUMMARY, _dump(summary))
        return summary


def read_summary(out: Path) -> Summary:
    """What dedup.json in a folder says. Raises ConfigError when no search wrote it."""
    try:
        summary = json.loads((out / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{out / SUMMARY}: cannot be read: {error}; choose another folder") from error
    if not isinstance(summary, dict) or not {"version", "options", "columns", "inputs", "totals"} <= summary.keys():
        raise ConfigError(f"{out / SUMMARY}: was not written by `provenance dedup`; choose another folder")
    return cast(Summary, summary)


@dataclass(frozen=True, slots=True)
class InputDesk:
    """Hands tasks out, and writes their receipts to the ledger; any that fails ends the search."""

    out: Path
    ledger: Ledger
    crew: Crew
    reporter: Reporter

    def find_open(self, phase: str, job: Job, tasks: Sequence[Task]) -> list[Task]:
        """Those of the tasks that are not done, were done on other inputs, or whose files are gone."""
        undone = {task.key for task in self.ledger.find_open(tasks)}
        absent = find_absent(place for task in tasks for place in job.outputs(task))
        return [task for task in tasks if task.key in undone or not absent.isdisjoint(job.outputs(task))]

    def do(self, phase: str, job: Job, tasks: Sequence[Task]) -> list[Receipt]:
        """Does what is open; the receipts of all tasks. Raises OutputError when one fails."""
        todo = self.find_open(phase, job, tasks)
        self.reporter.start(phase, len(tasks), todo)
        for receipt in self.crew.work(job, todo, on_progress=self.reporter.advance):
            try:
                self.ledger.append(receipt)
            except OSError as error:
                raise output_error(self.ledger.path, error) from error
            self.reporter.finish(receipt)
            if receipt.error:
                raise OutputError(receipt.error)
        wanted = {task.key for task in tasks}
        return [receipt for receipt in self.ledger.receipts(phase) if receipt.task.key in wanted]


@contextmanager
def _open_folder(plan: DedupPlan, *, fresh: bool) -> Iterator[Ledger]:
    plan.check()
    out = plan.out
    make_folder(out)
    with occupy(out):
        check_foreign(out, SUMMARY)
        before = read_summary(out) if (out / SUMMARY).exists() else None
        if fresh:
            _empty(out)
        elif before is not None:
            _check_before(plan, before)
        begun: Summary = {**plan.describe(), "inputs": _list_inputs(plan), "totals": None}
        if before is None or fresh or before["inputs"] != begun["inputs"]:
            write_text(out / SUMMARY, _dump(begun))
        remove_parts(out)
        try:
            yield Ledger(out / _LEDGER)
        finally:
            remove_parts(out)


def _check_before(plan: DedupPlan, before: Summary) -> None:
    now = plan.describe()
    changes = [change for name in now for change in find_changes(before[name], now[name], name)]
    stored = before["inputs"]
    assert isinstance(stored, list)
    names = {one.name for one in plan.inputs}
    gone = sorted(str(one["name"]) for one in stored if isinstance(one, dict) and one["name"] not in names)
    changes += [f"{gone[0]} is not among the inputs"] if gone else []
    if changes:
        raise ConfigError(
            f"--out {plan.out}: this folder holds a search of another kind: {'; '.join(changes[:5])}. "
            "Choose another folder, or give --fresh to delete that one and start anew"
        )


def _search(plan: DedupPlan, documents: InputDocuments, signed: Sequence[Receipt], told: str) -> CopySearch:
    return CopySearch(
        documents=documents,
        options=plan.options,
        out=plan.out,
        names=tuple((_CRAWL, receipt.task.shard) for receipt in signed),
        n_documents=tuple(receipt.counts["documents"] for receipt in signed),
        inputs=told,
        metadata=_Constant(plan.metadata),
        memory=plan.memory,
        workers=plan.workers,
    )


@dataclass(frozen=True, slots=True)
class _Constant:
    """The same metadata for every table; picklable."""

    metadata: tuple[tuple[str, str], ...]

    def __call__(self, task: Task) -> dict[str, str]:
        return {**dict(self.metadata), "provenance:shard": task.shard}


def _sum_up(
    plan: DedupPlan, signed: Sequence[Receipt], kept: Sequence[Receipt], clustered: Sequence[Receipt]
) -> Summary:
    rejects = add_counts(receipt.rejects for receipt in signed)
    totals: dict[str, Plain] = {}
    for receipts in (clustered, kept, signed):
        totals |= add_counts(receipt.counts for receipt in receipts)
    names = ("rows", "documents", "words", "unique", "exact", "near", "contrast", "clusters", "kept", "removed", "lost")
    counted: dict[str, Plain] = {name: totals.get(name, 0) for name in names}
    counted |= {"rejects": sum(rejects.values())}
    counted |= {name: totals[name] for name in ("undated",) if name in totals}
    return {
        **plan.describe(),
        "inputs": _list_inputs(plan),
        "totals": counted,
        "rejects": cast(Plain, dict(rejects)),
        "measures": json.loads((plan.out / MEASURES).read_text(encoding="utf-8")),
        "notes": [note for receipt in [*signed, *kept] for note in receipt.notes],
    }


def _list_inputs(plan: DedupPlan) -> list[Plain]:
    return [{"name": one.name, "path": one.path, "size": one.size, "version": one.version} for one in plan.inputs]


def _empty(out: Path) -> None:
    for name in _TABLES:
        shutil.rmtree(out / name, ignore_errors=True)
    for name in (_LEDGER, SUMMARY):
        (out / name).unlink(missing_ok=True)


def _digest(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _dump(summary: Mapping[str, Plain]) -> str:
    return json.dumps(summary, indent=2, ensure_ascii=False) + "\n"
