"""Places on the command line: what is told of one that cannot be, and that no folder here is ever named `s3:`."""

import importlib
import socket
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from provenance.cli import COMMANDS, main
from provenance.cli.places import LocalPath
from tests.objects.servers import Site, refuse, serve_objects


@pytest.fixture
def moto() -> Iterator[Site]:
    pytest.importorskip("boto3")
    with serve_objects() as site:
        yield site


def _fail(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    assert ended.value.code
    return capsys.readouterr().err


def _all_commands() -> Iterator[tuple[str, click.Command]]:
    for name, where in COMMANDS.items():
        module, _, attribute = where.partition(":")
        found = getattr(importlib.import_module(module), attribute)
        yield name, found
        if isinstance(found, click.Group):
            yield from ((f"{name} {below}", found.get_command(click.Context(found), below)) for below in found.commands)  # type: ignore[misc]


def test_paths_of_this_machine_take_no_address() -> None:
    takes = [
        f"{name} {param.name}"
        for name, command in _all_commands()
        for param in command.params
        if isinstance(param.type, click.Path) and not isinstance(param.type, LocalPath)
    ]
    assert takes == []


@pytest.mark.parametrize("place", ["s3://bucket/x.parquet", "s3:/bucket/x.parquet", "https://host/x.parquet"])
@pytest.mark.parametrize(
    "command", ["judge text --out", "dedup a.parquet --out", "report run --out", "evaluate a --out"]
)
def test_an_address_where_only_a_path_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert f"{place}: this can only be a file or folder of this machine" in _fail(capsys, *command.split(), place)
    assert list(tmp_path.iterdir()) == []


READERS = ["verify", "status", "ratio", "report --out page.html", "seen add index"]


@pytest.mark.parametrize("command", READERS)
def test_who_reads_is_told_what_the_storage_says(moto: Site, capsys: pytest.CaptureFixture[str], command: str) -> None:
    moto.then(refuse(403, "InvalidAccessKeyId"))
    said = _fail(capsys, *command.split(), moto.url("run"))
    assert "check the credentials and their rights to the bucket" in said
    assert "unforeseen" not in said
    assert "no such bucket" in _fail(capsys, *command.split(), "s3://nowhere/run")


@pytest.mark.usefixtures("moto")
@pytest.mark.parametrize("command", READERS)
def test_who_reads_is_told_soon_that_nobody_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("provenance.objects.asking.sleep", waits.append)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{taken.getsockname()[1]}")
        assert "no answer from the object storage" in _fail(capsys, *command.split(), "s3://bucket/run")
    assert sum(waits) < 10


def test_a_refusal_in_the_midst_is_a_sentence(moto: Site, capsys: pytest.CaptureFixture[str]) -> None:
    moto.then(None, refuse(403, "AccessDenied"))
    said = _fail(capsys, "verify", moto.url("run"))
    assert said.startswith(f"provenance: {moto.url('run')}")
    assert "unforeseen" not in said


def test_a_run_is_told_nothing_of_folders_where_the_storage_refuses(
    moto: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    moto.then(refuse(403, "AccessDenied"))
    said = _fail(capsys, "run", "fixtures/shards", "--out", moto.url("run"))
    assert said.rstrip().endswith("check the credentials and their rights to the bucket")
    moto.then(refuse(404, "NotFound"))
    said = _fail(capsys, "run", "fixtures/shards", "--out", moto.url("run"))
    assert "AWS_ENDPOINT_URL" in said
