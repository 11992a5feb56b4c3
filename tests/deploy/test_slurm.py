"""The Slurm scripts, run by bash as Slurm runs them: its variables in the environment, its commands stood in for."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import polars as pl

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "deploy" / "slurm"
SHARDS = sorted((ROOT / "fixtures" / "shards").glob("*/*-00003.warc*"))


def test_two_elements_run_their_slices_and_are_joined(tmp_path: Path) -> None:
    listed = tmp_path / "warc.paths"
    listed.write_text("".join(f"{path.relative_to(ROOT)}\n" for path in SHARDS))
    told = {"LIST": str(listed), "BASE": str(ROOT), "OUT": str(tmp_path / "out"), "EACH": "1"}
    for element, path in enumerate(SHARDS):
        done = run_script("array.sbatch", tmp_path, {**told, "SLURM_ARRAY_TASK_ID": str(element)})
        assert done.returncode == 0, done.stderr
        documents = tmp_path / "out" / f"part-0000{element}" / "documents"
        assert [file.stem for file in documents.rglob("*.parquet")] == [path.name.partition(".")[0]]
    done = run_script("join.sbatch", tmp_path, {"OUT": told["OUT"], "MEMORY": "1GB"})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "report.html").exists()
    kept = pl.scan_parquet(tmp_path / "out" / "part-*" / "curated" / "*.parquet").select(pl.len()).collect().item()
    assert pl.scan_parquet(tmp_path / "out" / "copies" / "clusters").select(pl.len()).collect().item() == kept > 0


def test_an_element_behind_the_end_of_the_list_has_nothing_to_do(tmp_path: Path) -> None:
    listed = tmp_path / "warc.paths"
    listed.write_text("a.warc.gz\nb.warc.gz\n")
    told = {"LIST": str(listed), "OUT": str(tmp_path / "out"), "EACH": "2", "SLURM_ARRAY_TASK_ID": "1"}
    done = run_script("array.sbatch", tmp_path, told)
    assert done.returncode == 0, done.stderr
    assert "the list ends before line 3" in done.stdout
    assert not (tmp_path / "out").exists()


def test_an_element_gets_its_lines_of_the_list_and_no_others(tmp_path: Path) -> None:
    put_command(tmp_path, "provenance", 'cat "$2"\n')
    listed = tmp_path / "warc.paths"
    listed.write_text("".join(f"{number}.warc.gz\n" for number in range(7)))
    told = {"LIST": str(listed), "OUT": str(tmp_path), "EACH": "3"}
    outputs = [
        run_script("array.sbatch", tmp_path, {**told, "SLURM_ARRAY_TASK_ID": str(element)}).stdout.split()
        for element in range(3)
    ]
    assert outputs == [[f"{number}.warc.gz" for number in part] for part in ((0, 1, 2), (3, 4, 5), (6,))]


def test_the_end_of_its_time_puts_an_element_back_in_the_queue(tmp_path: Path) -> None:
    put_command(
        tmp_path,
        "provenance",
        'trap "exit 130" TERM; echo ready; for _ in {1..60}; do read -r -t 1 _ <> "$0.fifo"; done\n',
    )
    os.mkfifo(tmp_path / "bin" / "provenance.fifo")
    put_command(tmp_path, "scontrol", 'echo "scontrol $*"\n')
    with start_script("array.sbatch", tmp_path, one_shard(tmp_path)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        told = process.stdout.read()
    assert "scontrol requeue 77_0" in told
    assert process.returncode == 0


def test_lost_shards_are_the_status_of_the_element(tmp_path: Path) -> None:
    put_command(tmp_path, "provenance", "exit 1\n")
    put_command(tmp_path, "scontrol", 'echo "scontrol $*"\n')
    done = run_script("array.sbatch", tmp_path, one_shard(tmp_path))
    assert done.returncode == 1
    assert "requeue" not in done.stdout


def test_ray_gets_the_nodes_of_the_job_and_the_words_of_the_run(tmp_path: Path) -> None:
    put_command(tmp_path, "srun", 'echo "$RAY_AUTH_MODE ${#RAY_AUTH_TOKEN}"; printf "%s\\n" "$*"\n')
    put_command(tmp_path, "scontrol", "echo one; seq 2 50000\n")  # more than a pipe holds
    told = {"SLURM_JOB_ID": "1234", "SLURM_JOB_NODELIST": "[one-two]", "SLURM_JOB_NUM_NODES": "2"}
    done = run_script("ray.sbatch", tmp_path, {**told, "SLURM_CPUS_PER_TASK": "4"}, "a.paths", "--out", "s3://b/p")
    assert done.returncode == 0, done.stderr
    secret, command = done.stdout.splitlines()
    assert secret == "token 64"
    start, _, run = command.partition(" -- ")
    assert start.startswith("ray symmetric-run --address one:21234 --min-nodes 2 --num-cpus=4 ")
    assert run == "provenance run --engine ray --ray-address one:21234 a.paths --out s3://b/p"


def one_shard(folder: Path) -> dict[str, str]:
    listed = folder / "warc.paths"
    listed.write_text("a.warc.gz\n")
    return {"LIST": str(listed), "OUT": str(folder / "out"), "SLURM_ARRAY_TASK_ID": "0", "SLURM_ARRAY_JOB_ID": "77"}


def put_command(folder: Path, name: str, script: str) -> None:
    """A command that is found before all others."""
    path = folder / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/bash\n{script}")
    path.chmod(0o755)


def start_script(name: str, folder: Path, told: Mapping[str, str], *words: str) -> subprocess.Popen[str]:
    commands = [str(folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SLURM_")}
    environment = {**kept, "PATH": os.pathsep.join(commands), "TMPDIR": str(folder), **told}
    return subprocess.Popen(
        ["bash", str(SCRIPTS / name), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=folder,
    )


def run_script(name: str, folder: Path, told: Mapping[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    with start_script(name, folder, told, *words) as process:
        out, error = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, out, error)
