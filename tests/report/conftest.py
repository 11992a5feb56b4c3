import pytest

from provenance.report import render_report
from tests.report.made_report import made_report


@pytest.fixture(scope="session")
def page() -> str:
    """The page of a run with every section filled."""
    return render_report(made_report())
