"""Pages under docs/ as what can be run: the Python blocks of each section, in order, after those before the first one.

A toml block that begins with `# NAME` is a file of that name. Commands of a section run before its code.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
IMPORTED = re.compile(r"^\s*(?:from|import) (?:provenance\.adapters\.)?(\w+)", re.M)
OPTIONAL = ("torch", "torchdata", "datasets", "ray", "datatrove", "transformers", "webdataset", "streaming")


@dataclass(frozen=True)
class Section:
    title: str
    code: str  # with the page's own beginning before it; empty where the section has none
    files: dict[str, str]
    commands: list[str]

    @property
    def missing(self) -> list[str]:
        """Optional packages that it imports and that are not installed."""
        return [name for name in OPTIONAL if name in IMPORTED.findall(self.code) and find_spec(name) is None]

    def run(self, folder: Path) -> None:
        """As a script of its own in `folder`; AssertionError with what it said when it fails."""
        for name, content in self.files.items():
            (folder / name).write_text(content, encoding="utf-8")
        for command in self.commands:
            run_command(command, folder)
        (folder / "section.py").write_text(self.code, encoding="utf-8")
        _run(["-W", "error::RuntimeWarning", "section.py"], folder)


def run_command(command: str, folder: Path) -> None:
    """A line that begins with `provenance`."""
    _run(["-c", "from provenance.cli import main; main()", *command.split()[1:]], folder)


def _run(arguments: list[str], folder: Path, limit_s: float = 240.0) -> None:
    single = {"OMP_NUM_THREADS": "1", "HF_HOME": str(folder / "cache"), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=limit_s,
        env=os.environ | single,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"


def read_sections(page: Path) -> list[Section]:
    beginning, *parts = re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.M)
    first = _blocks(beginning, "python")
    return [_read_section(part, first) for part in parts]


def _read_section(part: str, first: list[str]) -> Section:
    title, _, body = part.partition("\n")
    own = _blocks(body, "python")
    named = [re.match(r"# (\S+)\n", content) for content in _blocks(body, "toml")]
    files = {name[1]: name.string for name in named if name}
    commands = [line for block in _blocks(body, "") for line in block.splitlines() if line.startswith("provenance ")]
    return Section(title, "\n".join([*first, *own]) if own else "", files, commands)


def _blocks(text: str, language: str) -> list[str]:
    return [content for name, content in BLOCK.findall(text) if name == language]
