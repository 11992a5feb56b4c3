"""Which receipts of a ledger count, which phases a run has, and how many tasks each of them.

A ledger is only appended to: it also holds receipts of tasks that will be done again, because what they read has
changed since.
"""

from collections.abc import Mapping, Sequence

from provenance.jobs.corpus import PHASES
from provenance.jobs.saved import Saved
from provenance.jobs.sources.plan import Shard
from provenance.jobs.status.rows import Key, LedgerRows, Row
from provenance.jobs.telling.running import Begun

WEIGHED = frozenset({"read", "judge"})  # the sizes of their tasks are those of the shards
_PER_SHARD = frozenset({"spread", "shingle", "paragraph", "cluster", "scatter", "parallel", "judge"})
_SINGLE = frozenset({"join", "measure", "summarise"})
_OPTIONAL = frozenset({"shingle"})  # only where the configuration asks for it

Counted = Mapping[str, Mapping[Key, Row]]


def find_counted(rows: LedgerRows, shards: Sequence[Shard], *, finished: bool) -> Counted:
    """The receipts that count, by phase.

    Of reading: those of the shards as they are. Of a later phase: those that came after the last shard was read, for
    when one is read all of a later phase is done again; of a finished run all, where it was read to the same tables.
    """
    versions = {(shard.crawl, shard.name): shard.version for shard in shards}
    read = rows.phases.get("read", {})
    found = {"read": {key: row for key, row in read.items() if row.inputs.startswith(versions.get(key, "\0"))}}
    for phase, of_phase in rows.phases.items():
        if phase != "read":
            since = {key: row for key, row in of_phase.items() if row.line > rows.last_read}
            found[phase] = since if since or not finished else of_phase
    return found


def list_phases(saved: Saved, counted: Counted, begun: Mapping[str, Begun], *, finished: bool) -> list[str]:
    """The phases of the run in order: all that there will be, of a finished one those that there were."""
    known = {*counted, *begun}
    to_come = set() if finished else {phase for phase in PHASES if phase not in _OPTIONAL or _asks_for(phase, saved)}
    extra = [phase for phase in known if phase not in PHASES]
    return [phase for phase in (*PHASES, *extra) if phase in known | to_come]


def count_tasks(
    phase: str, counted: Counted, begun: Mapping[str, Begun], *, n_shards: int, finished: bool
) -> int | None:
    """How many tasks a phase has, as far as it is known: null for the ranges of a phase that has not begun."""
    if phase in begun:
        return begun[phase].n_tasks
    if phase == "read":
        return n_shards
    rows = counted.get(phase, {})
    if finished:
        return len(rows)
    if phase in _PER_SHARD:
        return n_shards - sum(not row.done for row in counted["read"].values())
    return 1 if phase in _SINGLE else None


def _asks_for(phase: str, saved: Saved) -> bool:
    options = saved["config"].get("dedup")
    return phase == "shingle" and isinstance(options, dict) and options.get("verify") == "shingles"
