"""Several finished runs read as one: which may stand on one page, and what is to be said of them.

Figures of two runs can be compared where the same detector read both: equal version, models and options. Options that
change no figure may differ: where models and lexicons lie, and what is written or checked besides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import polars as pl

from provenance import __version__
from provenance.config import Plain, find_changes
from provenance.errors import ConfigError
from provenance.jobs.folder import SavedRun, load_saved_run
from provenance.jobs.gather import RunTables
from provenance.jobs.saved import RUN_FILE, Saved, describe_models, find_differences, read_saved
from provenance.jobs.settings import RunConfig
from provenance.jobs.sources.places import STDIN, identify_place
from provenance.jobs.sources.plan import Shard
from provenance.store import Place

SAME_RECORD = ("doc_id", "fetch_time", "n_words")
_SHOWN = 5  # differences, or shards, that a message names


@dataclass(frozen=True, slots=True)
class FinishedRuns:
    """Runs whose figures can be compared; `config` is that of the first, `notes` are sentences for the reader."""

    tables: tuple[RunTables, ...]
    config: RunConfig
    identity: Mapping[str, str]
    notes: tuple[str, ...]


def open_finished(folders: Sequence[Place]) -> FinishedRuns:
    """The finished runs of these folders; one named twice counts once, and is told of.

    Raises ConfigError where a folder holds no finished run, where runs were made by another version, with other models
    or other options, where the models have changed since, and where a shard would count twice.
    """
    distinct, notes = _find_distinct(folders)
    saved = [load_finished(folder) for folder in distinct]
    first = saved[0]
    for other in saved[1:]:
        check_same_detector(first, other)
    check_models(first, first.config.models)
    _check_places(saved)
    runs = tuple(RunTables(run.out, judged_shards(run), run.config.weights is not None) for run in saved)
    _check_records(runs)
    if first.identity["version"] != __version__:
        notes.append(
            f"The runs were made by version {first.identity['version']}; this page is by version {__version__}."
        )
    return FinishedRuns(runs, first.config, _join_identities(saved), tuple(notes))


def judged_shards(run: SavedRun) -> tuple[Shard, ...]:
    """The shards of a run that were read, and so have tables."""
    done = {(r.task.crawl, r.task.shard) for r in RunTables(run.out, ()).receipts if r.done}
    return tuple(shard for shard in run.shards if (shard.crawl, shard.name) in done)


def _find_distinct(folders: Sequence[Place]) -> tuple[list[Place], list[str]]:
    if not folders:
        raise ConfigError("no folder of a run is given")
    found: dict[Place, Place] = {}
    notes = []
    for folder in folders:
        if found.setdefault(resolve(folder), folder) is not folder:
            notes.append(f"{folder} is named more than once and counts once.")
    return list(found.values()), list(dict.fromkeys(notes))


def resolve(place: Place) -> Place:
    """The place under one name, whatever links lead to it."""
    return place.resolve() if isinstance(place, Path) else place


def load_finished(folder: Place) -> SavedRun:
    """The finished run of a folder. Raises ConfigError where there is none, and says which folders inside hold one."""
    if isinstance(folder, Path):
        _check_folder(folder)
    return load_saved_run(folder)


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise ConfigError(f"{folder}: {'is a file; name the folder of a run' if folder.exists() else 'no such folder'}")
    if not (folder / RUN_FILE).exists():
        inside = sorted(path.parent for path in folder.glob(f"*/{RUN_FILE}"))
        told = f"; there are runs in it: {' '.join(map(str, inside[:_SHOWN]))}" if inside else ""
        raise ConfigError(f"{folder}: no run in this folder ({RUN_FILE} is missing){told}")


def check_same_detector(first: SavedRun, other: SavedRun) -> None:
    """Raises ConfigError where two runs differ in version, models or options, with what differs and how."""
    changes = find_differences(*(_without_neutral(read_saved(run.out / RUN_FILE)) for run in (first, other)))
    if changes:
        raise ConfigError(
            f"{other.out}: made otherwise than {first.out}: {_list(changes)} (each as {first.out} -> {other.out}); "
            "their figures cannot be compared. Run the shards of one of them again with the options of the other"
        )


def _without_neutral(saved: Saved) -> Saved:
    """What run.json says, without options that change no figure; each sample has weights of its own."""
    config = dict(saved["config"])
    for name in ("models", "write_warc"):
        config.pop(name, None)
    config["weights"] = "a sample" if config.get("weights") else "no sample"
    archive, signals = (dict(cast(Mapping[str, Plain], config.get(name) or {})) for name in ("archive", "signals"))
    archive.pop("check_digests", None)
    lexicons = signals.get("calque_lexicons")
    if isinstance(lexicons, list):
        signals["calque_lexicons"] = [item.get("sha256") if isinstance(item, dict) else item for item in lexicons]
    return {**saved, "config": {**config, "archive": archive, "signals": signals}}


def check_models(run: SavedRun, models: Path | None) -> None:
    """Raises ConfigError where a folder's models are not those of the run: the detector's errors are told by them."""
    listed = read_saved(run.out / RUN_FILE)["models"], describe_models(models)
    before, now = ({str(model["name"]): str(model["sha256"])[:16] for model in part} for part in listed)
    changes = find_changes(cast(Plain, before), cast(Plain, now), "models")
    if changes:
        raise ConfigError(
            f"{run.out}: this run had other models: {_list(changes)} (as run -> now); their errors are not known of "
            "it. Give the models that made it, or run it again"
        )


def _check_places(runs: Sequence[SavedRun]) -> None:
    """Refuses an archive that two runs have read."""
    seen: dict[str, Place] = {}
    for run in runs:
        for key, shard in _name_places(run):
            if seen.setdefault(key, run.out) != run.out:
                raise ConfigError(
                    f"{run.out}: shard {shard.name} of crawl {shard.crawl} is in {seen[key]} too, and its documents "
                    "would count twice; leave one of the runs out, or run all shards into one folder"
                )


def _name_places(run: SavedRun) -> Iterator[tuple[str, Shard]]:
    for shard in run.shards:
        if shard.place != STDIN:
            yield identify_place(shard.place), shard
        if shard.warc_filename.startswith("crawl-data/"):
            yield shard.warc_filename, shard


def _check_records(runs: Sequence[RunTables]) -> None:
    """Refuses records that two runs hold, wherever they were read from: a copy of an archive counts twice, too."""
    if len(runs) < 2:
        return
    rows = pl.concat(
        [
            run.scan("documents", shard, SAME_RECORD).select(
                pl.struct(SAME_RECORD).hash(), run=pl.lit(number, pl.Int32)
            )
            for number, run in enumerate(runs)
            for shard in run.shards
        ]
        or [pl.LazyFrame(schema={"doc_id": pl.UInt64, "run": pl.Int32})]
    )
    counted = rows.group_by("doc_id").agg(runs=pl.col("run").unique().sort()).filter(pl.col("runs").list.len() > 1)
    found = counted.group_by("runs").agg(n=pl.len()).sort("n", descending=True).collect()
    if found.height:
        numbers, n = found.row(0)
        named = " and ".join(str(runs[number].out) for number in numbers)
        raise ConfigError(
            f"{n:,} documents are in {named}, by record id and capture time, and would count twice; "
            "leave one of the runs out, or run all shards into one folder"
        )


def _join_identities(runs: Sequence[SavedRun]) -> dict[str, str]:
    """Version and digests of all runs; configurations that differ in what changes no figure have each their digest."""
    names = runs[0].identity
    return {name: ", ".join(dict.fromkeys(run.identity[name] for run in runs)) for name in names}


def _list(changes: Sequence[str]) -> str:
    more = f"; and {len(changes) - _SHOWN} more" if len(changes) > _SHOWN else ""
    return "; ".join(changes[:_SHOWN]) + more
