"""Folders of tests, held against each other byte for byte."""

from pathlib import Path


def read_files(folder: Path, *below: str) -> dict[str, bytes]:
    """All files under a folder, or under some folders and files in it, by their path there."""
    tops = [folder / name for name in below] or [folder]
    paths = [path for top in tops for path in ([top] if top.is_file() else top.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}
