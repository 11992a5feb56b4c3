"""run.json: version, configuration, models, shards and totals of the run in a folder, and what makes it ours."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypedDict, cast

from provenance import __version__
from provenance.config import Plain, find_changes, to_plain
from provenance.errors import ConfigError
from provenance.jobs.settings import RunConfig
from provenance.jobs.sources.places import hide_secrets
from provenance.jobs.sources.plan import Shard
from provenance.models import load_models
from provenance.store import Place, read_text, write_text

RUN_FILE = "run.json"


class Saved(TypedDict):
    """What run.json holds; `totals` is null while the run is not finished."""

    version: str
    config: dict[str, Plain]
    identity: dict[str, str]
    models: list[dict[str, str | None]]
    shards: list[dict[str, str | int]]
    totals: dict[str, int] | None


def read_saved(run_file: Place) -> Saved:
    """What a run.json says. Raises ConfigError when no run wrote it: then the folder is somebody else's."""
    try:
        saved = json.loads(read_text(run_file))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{run_file}: cannot be read: {error}; choose another folder") from error
    if not isinstance(saved, dict) or not saved.keys() >= Saved.__annotations__.keys():
        raise ConfigError(f"{run_file}: was not written by `provenance run`; choose another folder")
    return cast(Saved, saved)


def write_saved(run_file: Place, saved: Saved) -> None:
    """Writes run.json, atomically. Raises OutputError."""
    write_text(run_file, json.dumps(saved, indent=2, ensure_ascii=False) + "\n")


def list_shards(saved: Saved) -> list[Shard]:
    """The shards of a run, in order of crawl and name."""
    return [
        Shard(
            str(s["crawl"]),
            str(s["name"]),
            str(s.get("place", s.get("path"))),
            int(s["size"]),
            str(s.get("version", "")),
        )
        for s in saved["shards"]
    ]


def plain_shards(shards: Sequence[Shard]) -> list[dict[str, str | int]]:
    """Shards as run.json holds them, without secrets."""
    return [{**asdict(shard), "place": hide_secrets(shard.place)} for shard in shards]


def describe_run(config: RunConfig, identity: Sequence[tuple[str, str]]) -> Saved:
    """A run that has not begun."""
    plain = to_plain(config)
    assert isinstance(plain, dict)
    models = describe_models(config.models)
    return Saved(version=__version__, config=plain, identity=dict(identity), models=models, shards=[], totals=None)


def describe_models(folder: Path | None) -> list[dict[str, str | None]]:
    """The models of a folder, or the shipped ones, as run.json names them."""
    return [
        {"name": model.name, "kind": model.kind, "language": model.language, "sha256": model.sha256}
        for model in load_models(folder)
    ]


def find_differences(before: Saved, after: Saved) -> list[str]:
    """What two runs were told differently, in words; empty when their tables can lie in one folder."""
    changes = find_changes(before["version"], after["version"], "version")
    changes += find_changes(before["config"], after["config"], "config")
    return changes + find_changes(_digests(before), _digests(after), "models")


def _digests(saved: Saved) -> dict[str, Plain]:
    return {str(model["name"]): str(model["sha256"])[:16] for model in saved["models"]}
