"""The main job: phases of tasks over the shards of a corpus, resumed from the ledger of its output folder.

read       per shard   documents, signals, signatures, rejects, markup
...        (jobs/dedup) clusters of near and exact duplicates
...        (jobs/parallel) versions of pages in several languages
judge      per shard   verdicts, decisions, curated subset
tabulate   per group of shards  what adds up of their documents
summarise  once        ratio, data card, report, run.json
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from provenance.jobs.dedup.documents import RunDocuments
from provenance.jobs.dedup.search import PHASES as SEARCH_PHASES
from provenance.jobs.dedup.search import CopySearch
from provenance.jobs.desk import Desk, Reporter
from provenance.jobs.folder import RunFolder
from provenance.jobs.gather import add_counts
from provenance.jobs.judge import JudgeShard
from provenance.jobs.parallel.search import PHASES as VERSION_PHASES
from provenance.jobs.parallel.search import VersionSearch
from provenance.jobs.read import ReadShard
from provenance.jobs.saved import read_saved
from provenance.jobs.seen.lookup import identify_index
from provenance.jobs.settings import JobContext
from provenance.jobs.sources.companions import find_companions
from provenance.jobs.sources.places import STDIN, is_file
from provenance.jobs.sources.plan import Shard
from provenance.jobs.tabulate.phase import PHASES as SUM_PHASES
from provenance.jobs.tabulate.phase import Sum
from provenance.jobs.telling.observe import observe
from provenance.jobs.weights import keep_weights
from provenance.run import Crew, EngineOptions, Receipt, Task, open_crew
from provenance.store import Place

PHASES = ("read", *SEARCH_PHASES, *VERSION_PHASES, "judge", *SUM_PHASES)
_HERE = EngineOptions()


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run came to: totals by name, rejects and left-out documents by reason, what was lost, where it lies."""

    totals: Mapping[str, int]
    rejects: Mapping[str, int]
    left_out: Mapping[str, int]
    lost: tuple[str, ...]
    report: Place
    receipts: tuple[Receipt, ...]

    @property
    def whole(self) -> bool:
        """True when no part of the input was lost."""
        return not self.lost


def run_corpus(
    folder: RunFolder,
    shards: Sequence[Shard],
    *,
    workers: int | None,
    reporter: Reporter,
    engine: EngineOptions = _HERE,
    memory: int | None = None,
) -> RunSummary:
    """Does what is open of the run in `folder`, and sums up.

    `workers` is null for as many as the engine has cores. `memory` (bytes) is the ceiling of the search for copies, for
    all workers together. Raises OutputError when a table cannot be written, ConfigError when the engine cannot be had,
    or the memory is too little for the documents there are.
    """
    context = folder.context
    keep_weights(context.out, context.config.weights)
    known = folder.add_shards(shards)
    with (
        open_crew(engine, workers=workers) as crew,
        observe(folder, reporter, crew, engine=engine.engine) as watched,
    ):
        _check_seen(crew, folder, known)
        desk = Desk(folder, crew, watched, piped=frozenset((s.crawl, s.name) for s in shards if s.place == STDIN))
        companions = find_companions(known)
        tasks = [_read_task(shard, companions.get((shard.crawl, shard.name))) for shard in known]
        read = desk.do("read", ReadShard(context), tasks)
        kept = _kept(known, read)
        inputs = _digest(receipt.to_json() for receipt in map(_lasting, read) if receipt.done)
        copies = _search_copies(context, kept, read, inputs, memory=memory, workers=crew.size)
        copies.run(desk)
        VersionSearch(context.out, copies.names, copies.n_documents, inputs, context.metadata).run(desk)
        inputs += _describe_seen(context.config.seen)
        tasks = [Task("judge", shard.crawl, shard.name, shard.place, shard.size, inputs) for shard in kept]
        desk.do("judge", JudgeShard(context, context.config.seen), tasks)
        told = inputs + _digest(find_lost(read))
        Sum(context, kept, copies.n_documents, told).run(desk)
    return _sum_up(folder, kept)


def _check_seen(crew: Crew, folder: RunFolder, shards: Sequence[Shard]) -> None:
    """Raises ConfigError where workers do not see the output folder, or the first of the archives that are files."""
    if isinstance(folder.run_file, Path):
        crew.check_sees(folder.run_file)
    for shard in [one for one in shards if is_file(one.place) and Path(one.place).exists()][:1]:
        crew.check_sees(Path(shard.place))


def _search_copies(
    context: JobContext,
    shards: Sequence[Shard],
    read: Sequence[Receipt],
    inputs: str,
    *,
    memory: int | None,
    workers: int,
) -> CopySearch:
    n_documents = {(r.task.crawl, r.task.shard): r.counts["documents"] for r in read if r.done}
    names = tuple((shard.crawl, shard.name) for shard in shards)
    return CopySearch(
        documents=RunDocuments(context.out),
        options=context.config.dedup,
        out=context.out,
        names=names,
        n_documents=tuple(n_documents[name] for name in names),
        inputs=inputs,
        metadata=context.metadata,
        memory=memory,
        workers=workers,
    )


def _describe_seen(index: Path | None) -> str:
    """What changes with a first-seen index: documents are then judged anew."""
    return f"; index {identify_index(index)}" if index else ""


def find_lost(receipts: Iterable[Receipt]) -> list[str]:
    """A sentence for every shard that was lost, or in part."""
    return [text for receipt in receipts for text in ([receipt.error] if receipt.error else receipt.notes)]


def _read_task(shard: Shard, companion: Shard | None) -> Task:
    task = Task("read", shard.crawl, shard.name, shard.place, shard.size, shard.version)
    if companion is None:
        return task
    inputs = f"{shard.version}; page facts of {companion.name}: {companion.version}"
    return replace(task, inputs=inputs, companion=companion.place)


def _kept(shards: Sequence[Shard], receipts: Sequence[Receipt]) -> tuple[Shard, ...]:
    done = {(receipt.task.crawl, receipt.task.shard) for receipt in receipts if receipt.done}
    return tuple(shard for shard in shards if (shard.crawl, shard.name) in done)


def _lasting(receipt: Receipt) -> Receipt:
    """The receipt without what differs from run to run, and without the places it was read from."""
    task = replace(receipt.task, source="", companion="")
    return Receipt(task, receipt.counts, receipt.rejects, receipt.notes, receipt.complete, error=receipt.error)


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _sum_up(folder: RunFolder, kept: Sequence[Shard]) -> RunSummary:
    saved = read_saved(folder.run_file)
    read = folder.ledger.receipts("read")
    names = {(shard.crawl, shard.name) for shard in kept}
    judged = [r for r in folder.ledger.receipts("judge") if (r.task.crawl, r.task.shard) in names]
    return RunSummary(
        totals=saved["totals"] or {},
        rejects=add_counts(receipt.rejects for receipt in read),
        left_out=add_counts(receipt.rejects for receipt in judged),
        lost=tuple(find_lost(read)),
        report=folder.context.out / "report.html",
        receipts=tuple(receipt for phase in PHASES for receipt in folder.ledger.receipts(phase)),
    )
