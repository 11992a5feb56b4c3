"""What an index says of itself."""

from dataclasses import dataclass
from pathlib import Path

from provenance.jobs.seen.files import digest_file
from provenance.jobs.seen.manifest import FileEntry, Manifest, open_index


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """An index: its manifest, bytes a text by part, first and last capture (ISO 8601), and what is wrong with files."""

    manifest: Manifest
    bytes_per_text: dict[str, float | None]
    earliest: str | None
    latest: str | None
    problems: tuple[str, ...]


def describe_index(folder: Path, *, check: bool) -> IndexInfo:
    """Reads the manifest; with `check` all files too, whose digests are compared. Raises ConfigError: no index."""
    with open_index(folder) as manifest:
        problems = tuple(_find_problems(folder, manifest, check))
    parts = {
        "exact": [file for level in manifest.levels for file in level.texts],
        "near": [*(file for level in manifest.levels for file in level.bands), *manifest.sketches],
        "places": list(manifest.places),
    }
    sizes = {name: _share(files, manifest.n_texts) for name, files in parts.items()}
    dates = [run.earliest for run in manifest.runs if run.earliest], [run.latest for run in manifest.runs if run.latest]
    return IndexInfo(manifest, sizes, min(dates[0], default=None), max(dates[1], default=None), problems)


def _share(files: list[FileEntry], n_texts: int) -> float | None:
    return round(sum(file.bytes for file in files) / n_texts, 2) if n_texts else None


def _find_problems(folder: Path, manifest: Manifest, check: bool) -> list[str]:
    problems = []
    for file in manifest.list_files():
        path = folder / file.name
        if not path.exists():
            problems.append(f"{path}: missing")
        elif path.stat().st_size != file.bytes:
            problems.append(f"{path}: {path.stat().st_size:,} bytes instead of {file.bytes:,}")
        elif check and digest_file(path) != file.digest:
            problems.append(f"{path}: its bytes are not those that were written")
    return problems
