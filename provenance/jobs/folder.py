"""The output folder of a run: opened under a lock, held to one configuration, with its ledger and list of shards."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from provenance.config import load_config
from provenance.errors import ConfigError, OutputError
from provenance.jobs.occupied import check_foreign, make_folder, occupy
from provenance.jobs.saved import (
    RUN_FILE,
    Saved,
    describe_run,
    find_differences,
    list_shards,
    plain_shards,
    read_saved,
    write_saved,
)
from provenance.jobs.settings import JobContext, RunConfig, identify_run
from provenance.jobs.sources.places import STDIN, hide_secrets, identify_place, is_file, is_remote
from provenance.jobs.sources.plan import Shard
from provenance.jobs.telling.running import RUNNING_FILE
from provenance.jobs.weights import WEIGHTS_FILE
from provenance.models import load_models
from provenance.objects.lock import Lock
from provenance.run import Ledger, Receipt
from provenance.store import (
    KEPT_RECORDS,
    SHARD_TABLES,
    Place,
    absolute,
    exists,
    forget_copies,
    output_error,
    remove,
    remove_folder,
    remove_parts,
)

_TABLES = (*SHARD_TABLES, "rejects", "markup", "curated", "wordings", KEPT_RECORDS, "stats", "ledger.jsonl.new")
_LOST = (
    "another run has taken this folder, or no sign of life could be written there for too long; finished shards are "
    "kept; run the same command again"
)
_FILES = (RUN_FILE, "ledger.jsonl", "report.html", RUNNING_FILE, WEIGHTS_FILE)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """An output folder that this process alone works in."""

    context: JobContext
    ledger: Ledger
    lock: Lock | None = None

    @property
    def run_file(self) -> Place:
        """Version, configuration, model digests, shards and totals."""
        return self.context.out / RUN_FILE

    def add_shards(self, shards: Sequence[Shard]) -> list[Shard]:
        """All shards of the folder, those of earlier calls and these; written to run.json.

        A file keeps the name it had. Raises ConfigError when another file has its name, or it is in another crawl.
        """
        saved = read_saved(self.run_file)
        known = {(shard.crawl, shard.name): shard for shard in list_shards(saved)}
        names = {identify_place(shard.place): shard for shard in known.values()}
        for shard in shards:
            same = None if shard.place == STDIN else names.get(identify_place(shard.place))
            before = same or known.get((shard.crawl, shard.name))
            if before:
                _check_same(before, shard)
            name = before.name if before else shard.name
            known[shard.crawl, name] = _take_over(before, replace(shard, name=name))
        ordered = [known[key] for key in sorted(known)]
        _check_flat_names(ordered)
        write_saved(self.run_file, {**saved, "shards": plain_shards(ordered)})
        return ordered

    @property
    def finished(self) -> bool:
        """True when the run has been summed up and nothing was begun since."""
        return read_saved(self.run_file)["totals"] is not None

    def reopen(self) -> None:
        """Says in run.json that the run is not finished: its tables are about to change."""
        write_saved(self.run_file, {**read_saved(self.run_file), "totals": None})

    def append(self, receipt: Receipt) -> Receipt:
        """Writes a receipt through to the ledger, and gives it back as written: without secrets. Raises OutputError."""
        if self.lock is not None and self.lock.lost:
            raise OutputError(f"{self.context.out}: {_LOST}")
        try:
            return self.ledger.append(_without_secrets(receipt))
        except OSError as error:
            raise output_error(self.ledger.path, error) from error


@dataclass(frozen=True, slots=True)
class SavedRun:
    """What run.json says of a finished run."""

    out: Place
    config: RunConfig
    identity: Mapping[str, str]
    shards: tuple[Shard, ...]
    totals: Mapping[str, int]


@contextmanager
def open_folder(out: Place, config: RunConfig, *, fresh: bool) -> Iterator[RunFolder]:
    """Opens or makes the folder.

    Raises ConfigError before anything is done when it cannot serve this run: not writable, in use by another run, not
    empty and no run's folder, or holding a run of another configuration (which `fresh` deletes).
    """
    identity = identify_run(config, load_models(config.models))
    out = absolute(out)
    make_folder(out)
    with occupy(out) as lock:
        _check_foreign(out)
        if fresh:
            _empty(out)
        _check_configuration(out / RUN_FILE, describe_run(config, identity))
        remove_parts(out)
        ledger = Ledger(out / "ledger.jsonl")
        try:
            yield RunFolder(JobContext(out, config, identity), ledger, lock)
        finally:
            forget_copies()
            _close(ledger)
            remove_parts(out)


def load_saved_run(out: Place) -> SavedRun:
    """The run of a folder. Raises ConfigError when there is none or it is not finished."""
    run_file = out / RUN_FILE
    if not exists(run_file):
        raise ConfigError(f"{out}: no run in this folder ({RUN_FILE} is missing)")
    saved = read_saved(run_file)
    if saved["totals"] is None:
        raise ConfigError(f"{out}: the run in this folder is not finished; run the same command again")
    config = load_config(RunConfig, saved["config"], str(run_file))
    return SavedRun(out, config, saved["identity"], tuple(list_shards(saved)), saved["totals"])


def _check_same(before: Shard, shard: Shard) -> None:
    """Refuses a file that is in the folder under another crawl, and one whose name another file has."""
    if before.crawl != shard.crawl:
        raise ConfigError(
            f"{hide_secrets(shard.place)}: this folder has this file already, in crawl {before.crawl}, "
            f"not {shard.crawl}; give --crawl {before.crawl}, or another --out"
        )
    if not _is_same(before, shard) and not _is_gone(before):
        raise ConfigError(
            f"{hide_secrets(shard.place)}: this folder has a shard {shard.name} of crawl {shard.crawl} already, from "
            f"{hide_secrets(before.place)}; give --crawl, or another --out"
        )


def _take_over(before: Shard | None, shard: Shard) -> Shard:
    """The shard as named now, with what only an earlier call knew of the same archive."""
    if before is None or not _is_same(before, shard):
        return shard
    return replace(shard, size=shard.size or before.size, version=shard.version or before.version)


def _check_flat_names(shards: Sequence[Shard]) -> None:
    taken: dict[str, Shard] = {}
    for shard in shards:
        other = taken.setdefault(shard.flat_name, shard)
        if other is not shard:
            raise ConfigError(
                f"{hide_secrets(shard.place)}: shard {shard.name} of crawl {shard.crawl} would share files with shard "
                f"{other.name} of crawl {other.crawl}; give another --crawl, or another --out"
            )


def _without_secrets(receipt: Receipt) -> Receipt:
    task = receipt.task
    shown = replace(task, source=hide_secrets(task.source), companion=hide_secrets(task.companion))
    if shown == task:
        return receipt
    secrets = ((task.source, shown.source), (task.companion, shown.companion))

    def hide(text: str) -> str:
        for secret, dots in secrets:
            text = text.replace(secret, dots) if secret else text
        return text

    error, trace = (text and hide(text) for text in (receipt.error, receipt.traceback))
    return replace(receipt, task=shown, error=error, traceback=trace, notes=tuple(map(hide, receipt.notes)))


def _is_same(before: Shard, shard: Shard) -> bool:
    """True for the same archive: also a crawl's file that is fetched from another server of the crawl now."""
    if identify_place(before.place) == identify_place(shard.place):
        return True
    inner = shard.warc_filename
    remote = is_remote(before.place) and is_remote(shard.place)
    return remote and inner.startswith("crawl-data/") and before.warc_filename == inner


def _is_gone(shard: Shard) -> bool:
    """True for a file that is not there any more: another may take its name."""
    return is_file(shard.place) and not Path(shard.place).exists()


def _close(ledger: Ledger) -> None:
    try:
        ledger.close()
    except OSError as error:
        raise output_error(ledger.path, error) from error


def _empty(out: Place) -> None:
    for name in _TABLES:
        remove_folder(out / name)
    remove([out / name for name in _FILES])


def _check_foreign(out: Place) -> None:
    if exists(out / RUN_FILE):
        read_saved(out / RUN_FILE)
    check_foreign(out, RUN_FILE)


def _check_configuration(run_file: Place, described: Saved) -> None:
    if not exists(run_file):
        write_saved(run_file, described)
        return
    changes = find_differences(read_saved(run_file), described)
    if changes:
        listed = "; ".join(changes[:5]) + (f"; and {len(changes) - 5} more" if len(changes) > 5 else "")
        raise ConfigError(
            f"--out {run_file.parent}: this folder holds a run of another configuration: {listed}. "
            "Choose another folder, or give --fresh to delete that run and start anew"
        )
