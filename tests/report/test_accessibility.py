"""What axe-core, the open checker of the Web Content Accessibility Guidelines, finds on the whole page."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from provenance.report import render_report
from tests.report.browser import CHROMIUM, Browser
from tests.report.made_report import example, made_report
from tests.report.made_series import made_series

AXE = Path(__file__).parents[2] / ".tools" / "axe.min.js"
RUN = """
axe.run(document, {resultTypes: ["violations"]}).then(found => found.violations
  .filter(one => ["serious", "critical"].includes(one.impact))
  .map(one => one.id + ": " + one.nodes.map(node => node.target.join(" ")).slice(0, 5).join(", ")))
"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: see tests/tools.sh"),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("axe")) as opened:
        yield opened


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(render_report(made_report(**made_series())), encoding="utf-8")
    return file


def check(browser: Browser, file: Path, width: int, *, dark: bool) -> list[str]:
    browser.show(file, width, dark=dark)
    browser.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    browser.call("Runtime.evaluate", expression=AXE.read_text(encoding="utf-8"))
    found: list[str] = browser.evaluate(RUN)
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_serious_is_found(browser: Browser, full: Path, width: int, dark: bool):
    assert check(browser, full, width, dark=dark) == []


def test_what_is_wrong_would_be_found(browser: Browser, tmp_path: Path):
    file = tmp_path / "wrong.html"
    file.write_text(
        '<title>x</title><html lang="en"><p style="color: #ccc; background: #fff">pale</p><img src="data:,">'
    )
    assert {line.split(":")[0] for line in check(browser, file, 400, dark=False)} == {"color-contrast", "image-alt"}


def test_a_page_of_one_example_passes(browser: Browser, tmp_path: Path):
    file = tmp_path / "one.html"
    data = made_report(examples=(example("human", "نص قصير", language="ar"),))
    file.write_text(render_report(data), encoding="utf-8")
    assert check(browser, file, 400, dark=True) == []
