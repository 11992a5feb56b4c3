"""The Prometheus text file: its grammar, line by line, and what it says.

Grammar: Prometheus exposition formats, "Text format details"; node_exporter, textfile collector.
"""

import re
from pathlib import Path

import pytest

from provenance.errors import ConfigError
from provenance.jobs.status.files import check_metrics, keep_metrics, write_metrics
from provenance.jobs.status.metrics import list_metrics, render_metrics
from provenance.jobs.telling.running import Begun
from tests.jobs.status.made_ledgers import NOW, append, driver, finish, lost, make_run, receipt, status_of, work_on

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
NUMBER = r"-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|\+?Inf|NaN)"
SAMPLE = re.compile(rf"({NAME})\{{({LABEL}(?:,{LABEL})*)\}} ({NUMBER})")
HELP = re.compile(rf"# HELP ({NAME}) ((?:[^\\\n]|\\[\\n])+)")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge|summary)")
_ESCAPES = {r"\\": "\\", r"\"": '"', r"\n": "\n"}

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def parse(text: str) -> tuple[Samples, dict[str, str]]:
    """Samples by name and labels, and the type of each name; AssertionError where the grammar is left."""
    assert text.endswith("\n")
    samples: Samples = {}
    types: dict[str, str] = {}
    lines = text[:-1].split("\n")
    for before, line in zip(["", *lines], lines, strict=False):
        if line.startswith("# HELP"):
            found = HELP.fullmatch(line)
            assert found, line
            assert found[1] not in types  # once for each name, and its samples in one group
        elif line.startswith("#"):
            found = TYPE.fullmatch(line)
            assert found, line
            assert before.startswith(f"# HELP {found[1]} ")
            types[found[1]] = found[2]
        else:
            found = SAMPLE.fullmatch(line)
            assert found, line
            family = list(types)[-1]
            assert found[1] in (
                {family, f"{family}_sum", f"{family}_count"} if types[family] == "summary" else {family}
            )
            key = found[1], frozenset(_labels(found[2]))
            assert key not in samples
            samples[key] = float(found[3])
    return samples, types


def _labels(text: str) -> list[tuple[str, str]]:
    found = re.findall(r'([a-zA-Z0-9_]+)="((?:[^"\\]|\\.)*)"', text)
    return [(name, re.sub(r'\\[\\"n]', lambda escape: _ESCAPES[escape[0]], value)) for name, value in found]


def value(samples: Samples, name: str, out: Path, **labels: str) -> float:
    return samples[name, frozenset({"out": str(out), **labels}.items())]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    found = [receipt(i, ended=NOW - 490 + 10 * i) for i in range(50)]
    append(make_run(tmp_path / "out", 100), [*found, lost(50)])
    work_on(tmp_path / "out", Begun("read", 100, 100, NOW - 500), by=driver(workers=1))
    return tmp_path / "out"


def test_every_line_keeps_to_the_grammar_and_counters_are_named_so(run: Path) -> None:
    samples, types = parse(render_metrics(status_of(run)))
    assert len(samples) > 30
    assert {kind == "counter" for name, kind in types.items() if name.endswith("_total")} == {True}
    assert {name.endswith("_total") for name, kind in types.items() if kind == "counter"} == {True}
    assert all(name.startswith("provenance_") for name in types)


def test_figures_are_those_of_the_status(run: Path) -> None:
    samples, _ = parse(render_metrics(status_of(run)))
    assert value(samples, "provenance_records_total", run) == 500
    assert value(samples, "provenance_rejects_total", run, reason="no_text") == 100
    assert value(samples, "provenance_tasks", run, phase="read", state="done") == 50
    assert value(samples, "provenance_tasks", run, phase="read", state="failed") == 1
    assert value(samples, "provenance_tasks", run, phase="read", state="open") == 49
    assert value(samples, "provenance_task_seconds_count", run, phase="read") == 51
    assert value(samples, "provenance_task_seconds_sum", run, phase="read") == 510
    assert value(samples, "provenance_task_seconds", run, phase="read", quantile="0.5") == 10
    assert value(samples, "provenance_run_state", run, state="running") == 1
    assert value(samples, "provenance_run_state", run, state="finished") == 0
    assert value(samples, "provenance_run_finished", run) == 0
    assert value(samples, "provenance_tasks_lost", run) == 1
    assert value(samples, "provenance_last_progress_timestamp_seconds", run) == NOW
    assert value(samples, "provenance_run_time_left_seconds", run, bound="low") > 400


def test_a_finished_run_says_so_and_nothing_of_a_process(tmp_path: Path) -> None:
    append(make_run(tmp_path, 1), [receipt(0)])
    finish(tmp_path)
    samples, types = parse(render_metrics(status_of(tmp_path)))
    assert value(samples, "provenance_run_finished", tmp_path) == 1
    assert "provenance_last_heartbeat_timestamp_seconds" not in types


def test_odd_characters_in_a_label_come_back(tmp_path: Path) -> None:
    odd = tmp_path / 'a "b"\\n\nü'
    append(make_run(odd), [receipt(0)])
    samples, _ = parse(render_metrics(status_of(odd)))
    assert value(samples, "provenance_records_total", odd) == 10


def test_every_metric_is_documented(run: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "observability.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(provenance_\w+)` \| (\w+) \|", page, re.M))
    assert told == {metric.name: metric.kind for metric in list_metrics(status_of(run))}


def test_the_file_is_replaced_in_one_go_and_leaves_nothing_beside_it(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.prom"
    path.write_text("old\n")
    before = path.stat().st_ino
    write_metrics(path, status_of(run))
    assert path.stat().st_ino != before
    assert {one.name for one in tmp_path.iterdir()} == {"run.prom", "out"}


@pytest.mark.parametrize("name", ["run.txt", "run", "nowhere/run.prom"])
def test_a_file_the_collector_would_not_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="--metrics"):
        check_metrics(tmp_path / name)
    check_metrics(tmp_path / "run.prom")


def test_what_is_kept_up_to_date_is_written_at_the_beginning_and_at_the_end(run: Path, tmp_path: Path) -> None:
    path, told = tmp_path / "run.prom", list[str]()
    with keep_metrics(path, run, told.append):
        assert value(parse(path.read_text())[0], "provenance_records_total", run) == 500
        append(run, [receipt(51)])
    assert value(parse(path.read_text())[0], "provenance_records_total", run) == 510
    assert told == []


def test_a_file_that_cannot_be_written_is_told_once_and_ends_nothing(run: Path, tmp_path: Path) -> None:
    told = list[str]()
    with keep_metrics(tmp_path / "out" / "ledger.jsonl" / "run.prom", run, told.append):
        pass
    assert len(told) == 1
    assert told[0].startswith("--metrics")
