"""The folder of an index: made, told from others, and cleared of what an interrupted `add` left."""

import re
import shutil
from pathlib import Path
from typing import Final

from provenance.dedup import DedupOptions
from provenance.dedup.seen import KeyOptions
from provenance.errors import ConfigError
from provenance.jobs.seen.manifest import LOCK, MANIFEST, READERS, Manifest, read_manifest, try_alone, write_manifest

FOLDERS: Final = ("texts", "bands", "places", "sketches")
SCRATCH: Final = "scratch"
_PART = r"\.(?:\d+|[0-9a-f]{12})\.part"
_OURS: Final = re.compile(rf"(?:{'|'.join(FOLDERS)})/\d+-\d+\.parquet(?:{_PART})?|{re.escape(MANIFEST)}{_PART}")


def remove_leftovers(folder: Path, manifest: Manifest) -> None:
    """Deletes what is no part of the index, unless somebody asks it now and may still need it."""
    with try_alone(folder) as alone:
        if not alone:
            return
        shutil.rmtree(folder / SCRATCH, ignore_errors=True)
        named = {file.name for file in manifest.list_files()}
        for path in [*folder.glob("*/*"), *folder.iterdir()]:
            if _OURS.fullmatch(str(path.relative_to(folder))) and str(path.relative_to(folder)) not in named:
                path.unlink(missing_ok=True)


def find_manifest(folder: Path, options: DedupOptions, near: bool | None) -> Manifest:
    """The manifest of the index, or that of a new one, which is written. Raises ConfigError: no index, or another."""
    if (folder / MANIFEST).exists():
        manifest = read_manifest(folder)
        if near is not None and near != manifest.near:
            kind = "exact texts only" if not manifest.near else "near copies too"
            raise ConfigError(f"{folder}: this index was made for {kind}; that cannot be changed")
    else:
        names = sorted(path.name for path in folder.iterdir())
        foreign = [name for name in names if name not in (LOCK, READERS) and not _OURS.fullmatch(name)]
        if foreign:
            (folder / LOCK).unlink()
            raise ConfigError(
                f"{folder}: holds {', '.join(foreign[:3])} and no first-seen index; choose an empty folder"
            )
        manifest = Manifest(near=near is not False, dedup=KeyOptions.of(options))
        write_manifest(folder, manifest)
    for name in FOLDERS:
        (folder / name).mkdir(exist_ok=True)
    return manifest
