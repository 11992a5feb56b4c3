"""What a report takes over from the runs that it is of."""

from pathlib import Path

import pytest

from provenance.jobs import report_runs
from provenance.jobs.figures import FigureOptions, estimate_figures
from provenance.jobs.finished import open_finished
from provenance.jobs.gather import add_counts
from provenance.jobs.rates import Detector, load_detector
from provenance.jobs.reporting import gather_report
from provenance.jobs.tabulate.groups import gathered, load_counts
from provenance.jobs.tabulate.totals import count_totals
from provenance.stats.checks import own_reference
from tests.made_runs import copy_run, two_runs  # noqa: F401  a fixture


class _AskedError(Exception):
    """Holds what the figures were asked with."""


@pytest.mark.parametrize(("asked", "used"), [(None, False), (True, True)])
def test_own_reference_is_as_the_run_has_it_unless_asked_for(
    two_runs: tuple[Path, Path],  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    asked: bool | None,
    used: bool,
) -> None:
    def stop(runs: object, options: object, detector: Detector, reference: object) -> None:
        raise _AskedError(detector.options.own_reference)

    def change(saved: dict[str, object]) -> None:
        saved["config"]["stats"]["own_reference"] = False  # type: ignore[index]

    monkeypatch.setattr(report_runs, "estimate_figures", stop)
    run = copy_run(two_runs[0], tmp_path / "run", change)
    with pytest.raises(_AskedError) as found:
        report_runs.write_report(run, tmp_path / "page.html", own_reference=asked)
    assert found.value.args == (used,)


def test_the_page_of_a_run_says_that_its_reference_is_its_own(
    two_runs: tuple[Path, Path],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(own_reference, "MIN_DOCUMENTS", 1)
    monkeypatch.setattr(own_reference, "MIN_HOSTS", 1)
    found = open_finished(two_runs[:1])
    detector = load_detector(found.config.models, found.config.verdict, found.config.stats)
    with gathered(found.tables) as runs:
        figures = estimate_figures(runs, FigureOptions((), ()), detector)
        counts = [load_counts(run) for run in runs]
        totals = add_counts(map(count_totals, runs, counts))
        data = gather_report(runs, counts, figures, totals, found.config, found.identity)
    assert [note for note in data.notes if "are the human reference" in note]
