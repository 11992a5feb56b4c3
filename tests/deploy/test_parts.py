"""The script that works through a crawl part by part."""

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "deploy" / "parts.sh"


@pytest.mark.parametrize(
    ("statuses", "status", "done"),
    [((0, 0, 0), 0, 3), ((0, 1, 0), 1, 3), ((0, 2, 0), 2, 2), ((130, 0, 0), 130, 1)],
    ids=["all done", "shards lost", "refused", "interrupted"],
)
def test_parts_come_one_after_the_other(tmp_path: Path, statuses: tuple[int, ...], status: int, done: int) -> None:
    told = tmp_path / "told"
    endings = " ".join(f"*part-{8 + number:05}.paths) exit {ending} ;;" for number, ending in enumerate(statuses))
    command = tmp_path / "provenance"
    command.write_text(f'#!/bin/sh\necho "$*" >> {told}\ncase $2 in {endings} esac\n')
    command.chmod(0o755)
    ran = subprocess.run(
        [str(SCRIPT), "s3://b/lists", "s3://b/out", "8", "10", "--workers", "3"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        check=False,
    )
    assert ran.returncode == status
    names = [f"part-{number:05}" for number in range(8, 8 + done)]
    expected = [f"run s3://b/lists/{name}.paths --out s3://b/out/{name} --workers 3" for name in names]
    assert told.read_text().splitlines() == expected
