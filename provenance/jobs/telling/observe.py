"""What a run tells of itself while it works: a sign of life in its folder, and events for who listens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from provenance.errors import ProvenanceError
from provenance.jobs.desk import Reporter
from provenance.jobs.folder import RunFolder
from provenance.jobs.saved import read_saved
from provenance.jobs.telling.events import EventLog
from provenance.jobs.telling.heartbeat import Heartbeat, repeat
from provenance.jobs.telling.reporters import Reporters
from provenance.jobs.telling.running import INTERVAL_S, make_driver
from provenance.run import Crew


@contextmanager
def observe(folder: RunFolder, reporter: Reporter, crew: Crew, *, engine: str) -> Iterator[Reporter]:
    """A reporter that tells `reporter`, running.json and the log, for as long as this process works on the run."""
    context = folder.context
    begun = datetime.now(UTC).timestamp()
    driver = make_driver(uuid4().hex[:12], context.identity, engine=engine, workers=crew.size, begun=begun)
    heart, log = Heartbeat(context.out, driver, crew.worker_of), EventLog(driver.run)
    facts = {**dict(context.identity), "out": str(context.out), "engine": engine, "workers": crew.size}
    log.begin({**facts, "host": driver.host, "pid": driver.pid}, n_before=len(folder.ledger.receipts("read")))
    pulse = _Pulse(folder, heart, log.warn)
    try:
        with repeat(pulse.beat, INTERVAL_S, at_once=heart.changed):
            yield Reporters((log, heart, reporter))
    except BaseException as error:
        reason, told = _explain(error)
        pulse.beat(told, reason)
        log.stop(reason, told)
        raise
    pulse.end()
    read = folder.ledger.receipts("read")
    n_lost = sum(not receipt.done for receipt in read)
    n_incomplete = sum(receipt.done and bool(receipt.notes) for receipt in read)
    log.end(read_saved(folder.run_file)["totals"] or {}, n_lost=n_lost, n_incomplete=n_incomplete)


@dataclass(slots=True)
class _Pulse:
    """Writes signs of life into a folder that is ours; what goes wrong is told once."""

    folder: RunFolder
    heart: Heartbeat
    warn: Callable[[str], None]
    _told: set[str] = field(default_factory=set)

    def beat(self, stopped: str | None = None, reason: str = "") -> None:
        if self._is_ours():
            self._tell(self.heart.beat(stopped, reason))

    def end(self) -> None:
        if self._is_ours():
            self._tell(self.heart.end())

    def _is_ours(self) -> bool:
        return self.folder.lock is None or not self.folder.lock.lost

    def _tell(self, trouble: str | None) -> None:
        if trouble is not None and trouble not in self._told:
            self._told.add(trouble)
            self.warn(trouble)


def _explain(error: BaseException) -> tuple[str, str]:
    if isinstance(error, ProvenanceError):
        return "error", str(error)
    if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
        return "interrupted", "interrupted"
    return "unforeseen", f"{type(error).__name__}: {error}"
