"""The rates that scaling measures, and the page of costs that is computed from them."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def scaling(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    yield from load("scaling", monkeypatch)


@pytest.fixture
def cost_table(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    yield from load("cost_table", monkeypatch)


def load(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(BENCHMARKS)
    before = set(sys.modules)
    yield __import__(name)
    for added in set(sys.modules) - before:
        path = getattr(sys.modules[added], "__file__", None)
        if path and Path(path).parent == BENCHMARKS:
            del sys.modules[added]


def test_the_steady_rate_leaves_out_the_start_of_each_worker_and_the_end(scaling: ModuleType) -> None:
    """Two workers, 100 pages in 10 s each; the first shards take 30 s and 25 s, the last one is alone for 10 s."""
    first = [scaling.Span(100, 0, 25, 8, "b"), scaling.Span(100, 0, 30, 8, "a")]
    later = [scaling.Span(100, 30 + 10 * i, 40 + 10 * i, 5, "a") for i in range(3)]
    later += [scaling.Span(100, 25 + 10 * i, 35 + 10 * i, 5, "b") for i in range(4)]
    assert scaling.steady_rate([*later, *first], 2) == pytest.approx(20)
    assert scaling.core_rate([*later, *first]) == pytest.approx(20)


def test_gaps_between_tasks_count(scaling: ModuleType) -> None:
    spans = [scaling.Span(100, 20 * i, 20 * i + 10, 10, "a") for i in range(6)]
    assert scaling.steady_rate(spans, 1) == pytest.approx(100 * 4 / (100 - 10))
    assert scaling.core_rate(spans) == pytest.approx(10)


def test_too_few_shards_have_no_rate(scaling: ModuleType) -> None:
    with pytest.raises(ValueError, match="2 shards are too few for 1 workers"):
        scaling.steady_rate([scaling.Span(1, 0, 1, 1, "a"), scaling.Span(1, 1, 2, 1, "a")], 1)


def test_a_job_costs_what_its_pages_do(cost_table: ModuleType) -> None:
    job = cost_table.Job("made", 3.6e6, (0.01, 0.02), 1e6, 1e5, 0.001, 0.01)
    assert job.core_hours == pytest.approx((10, 20))
    assert replace(job, besides=5).core_hours == pytest.approx((15, 25))
    told = dict(zip(cost_table.HEAD, job.row(), strict=True))
    assert told["pages a core-second"] == "50.0 to 100"
    assert told["hours on 100 cores"] == "0.10 to 0.20"
    assert told["USD at 0.02"] == "0.20 to 0.40"
    assert (told["TB read"], told["TB left in the folder"]) == ("3.6", "0.36")
    assert told["USD a month for these"] == "8"


@pytest.mark.parametrize(
    ("value", "text"), [(12345.6, "12,300"), (999.4, "999"), (81.26, "81.3"), (1.004, "1.00"), (0.0512, "0.05")]
)
def test_figures_have_three_digits(cost_table: ModuleType, value: float, text: str) -> None:
    assert cost_table.show(value) == text


def test_the_page_is_computed_from_the_results(cost_table: ModuleType) -> None:
    page = cost_table.PAGE.read_text()
    assert cost_table.render() in page


def test_shards_of_the_measure_have_the_same_pages_as_warc_and_as_text(scaling: ModuleType, tmp_path: Path) -> None:
    sources = sorted(scaling.FIXTURES.rglob("*-00000.warc.gz"))
    lengths = {}
    for write, folder in ((scaling.split_shards, "warc"), (scaling.write_wet, "wet")):
        shards = write(sources, tmp_path / folder, pages=90, shards=4)
        lengths[folder] = [count_records(path) for path in shards]
    assert lengths == {"warc": [23, 23, 22, 22], "wet": [23, 23, 22, 22]}


def count_records(path: Path) -> int:
    from warcio.archiveiterator import ArchiveIterator

    with path.open("rb") as stream:
        return sum(1 for _ in ArchiveIterator(stream))
