"""The output folder of a run: opened under a lock, held to one configuration, with its ledger and list of shards."""

import fcntl
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from provenance import __version__
from provenance.config import Plain, find_changes, load_config, to_plain
from provenance.errors import ConfigError
from provenance.jobs.plan import Shard
from provenance.jobs.settings import JobContext, RunConfig, identify_run
from provenance.models import load_models
from provenance.run import Ledger, Receipt
from provenance.store import output_error, remove_parts, write_text

RUN_FILE = "run.json"
_TABLES = ("documents", "signals", "signatures", "rejects", "clusters", "verdicts", "decisions", "curated", "stats")
_FILES = (RUN_FILE, "ledger.jsonl", "report.html")


@dataclass(frozen=True, slots=True)
class RunFolder:
    """An output folder that this process alone works in."""

    context: JobContext
    ledger: Ledger

    @property
    def run_file(self) -> Path:
        """Version, configuration, model digests, shards and totals."""
        return self.context.out / RUN_FILE

    def add_shards(self, shards: Sequence[Shard]) -> list[Shard]:
        """All shards of the folder, those of earlier calls and these; written to run.json.

        Raises ConfigError when another file has the same name and crawl.
        """
        saved = json.loads(self.run_file.read_text(encoding="utf-8"))
        known = {
            (s["crawl"], s["name"]): Shard(s["crawl"], s["name"], Path(s["path"]), s["size"]) for s in saved["shards"]
        }
        for shard in shards:
            before = known.get((shard.crawl, shard.name))
            if before and before.path.exists() and not before.path.samefile(shard.path):
                raise ConfigError(
                    f"{shard.path}: this folder has a shard {shard.name} of crawl {shard.crawl} already, from "
                    f"{before.path}; give --crawl, or another --out"
                )
            known[shard.crawl, shard.name] = Shard(shard.crawl, shard.name, shard.path.absolute(), shard.size)
        ordered = [known[key] for key in sorted(known)]
        saved["shards"] = [{**asdict(shard), "path": str(shard.path)} for shard in ordered]
        write_text(self.run_file, json.dumps(saved, indent=2, ensure_ascii=False) + "\n")
        return ordered

    def append(self, receipt: Receipt) -> None:
        """Writes a receipt through to the ledger. Raises OutputError."""
        try:
            self.ledger.append(receipt)
        except OSError as error:
            raise output_error(self.ledger.path, error) from error


@dataclass(frozen=True, slots=True)
class SavedRun:
    """What run.json says of a finished run."""

    out: Path
    config: RunConfig
    identity: Mapping[str, str]
    shards: tuple[Shard, ...]
    totals: Mapping[str, int]


@contextmanager
def open_folder(out: Path, config: RunConfig, *, fresh: bool) -> Iterator[RunFolder]:
    """Opens or makes the folder.

    Raises ConfigError before anything is done when it cannot serve this run: not writable, in use by another run, not
    empty and no run's folder, or holding a run of another configuration (which `fresh` deletes).
    """
    identity = identify_run(config, load_models(config.models))
    _make(out)
    with _locked(out):
        _check_foreign(out)
        if fresh:
            _empty(out)
        _check_configuration(out / RUN_FILE, _describe(config, identity))
        remove_parts(out)
        try:
            yield RunFolder(JobContext(out, config, identity), Ledger(out / "ledger.jsonl"))
        finally:
            remove_parts(out)


def load_saved_run(out: Path) -> SavedRun:
    """The run of a folder. Raises ConfigError when there is none or it is not finished."""
    try:
        saved = json.loads((out / RUN_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{out}: no run in this folder ({RUN_FILE} cannot be read)") from error
    if saved.get("totals") is None:
        raise ConfigError(f"{out}: the run in this folder is not finished; run the same command again")
    shards = tuple(Shard(s["crawl"], s["name"], Path(s["path"]), s["size"]) for s in saved["shards"])
    config = load_config(RunConfig, saved["config"], str(out / RUN_FILE))
    return SavedRun(out, config, saved["identity"], shards, saved["totals"])


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ConfigError(
            f"--out {out}: cannot write there: {error.strerror}; choose a folder you may write to"
        ) from error


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    with (out / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError(f"--out {out}: another run is working in this folder; wait for it or stop it") from error
        yield


def _empty(out: Path) -> None:
    for name in _TABLES:
        shutil.rmtree(out / name, ignore_errors=True)
    for name in _FILES:
        (out / name).unlink(missing_ok=True)


def _check_foreign(out: Path) -> None:
    if (out / RUN_FILE).exists():
        return
    foreign = [path.name for path in sorted(out.iterdir()) if path.name != ".lock"]
    if foreign:
        raise ConfigError(
            f"--out {out}: the folder holds {', '.join(foreign[:3])}{' ...' if len(foreign) > 3 else ''} and no run; "
            "choose an empty folder"
        )


def _describe(config: RunConfig, identity: Sequence[tuple[str, str]]) -> dict[str, Plain]:
    models: list[Plain] = [
        {"name": model.name, "kind": model.kind, "language": model.language, "sha256": model.sha256}
        for model in load_models(config.models)
    ]
    return {
        "version": __version__,
        "config": to_plain(config),
        "identity": dict(identity),
        "models": models,
    }


def _check_configuration(run_file: Path, described: dict[str, Plain]) -> None:
    if not run_file.exists():
        text = json.dumps({**described, "shards": [], "totals": None}, indent=2, ensure_ascii=False)
        write_text(run_file, text + "\n")
        return
    saved = json.loads(run_file.read_text(encoding="utf-8"))
    changes = [
        change
        for key in ("version", "config", "models")
        for change in find_changes(saved.get(key), described[key], key)
    ]
    if changes:
        listed = "; ".join(changes[:5]) + (f"; and {len(changes) - 5} more" if len(changes) > 5 else "")
        raise ConfigError(
            f"--out {run_file.parent}: this folder holds a run of another configuration: {listed}. "
            "Choose another folder, or give --fresh to delete that run and start anew"
        )
