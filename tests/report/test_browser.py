"""The page in headless Chromium: it draws every chart, reports no error, and asks for nothing."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from provenance.report import render_report
from tests.report.browser import CHROMIUM, Browser
from tests.report.made_report import ATTACK, example, made_report
from tests.report.made_series import made_series

FLAGS = """
--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync --disable-dev-shm-usage --virtual-time-budget=10000 --enable-logging=stderr
--v=0
"""
NOBODY = "--host-resolver-rules=MAP * ~NOTFOUND"  # the browser itself shall reach nobody either
BROWSER_ITSELF = "not an origin"  # who asks, in its network log, when no page does

CUT = """
[...document.querySelectorAll("[data-chart]")].filter(place => {
  const box = place.parentElement.getBoundingClientRect();
  const marks = [...place.querySelectorAll("[class*=mark-] path, [class*=mark-] line, rect, text")];
  const beyond = marks.some(mark => mark.getBoundingClientRect().right > box.right + 12);
  return !marks.length || beyond;
}).map(place => place.dataset.chart)
"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


def open_page(page: str, folder: Path) -> tuple[str, str, set[str]]:
    """The document after its scripts ran, what the console said, and every web address the browser asked for."""
    file = folder / "report.html"
    file.write_text(page, encoding="utf-8")
    log = folder / "net.json"
    arguments = [*FLAGS.split(), NOBODY, f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}"]
    command = [str(CHROMIUM), *arguments, "--dump-dom", file.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    console = "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)
    events = json.loads(log.read_text(encoding="utf-8", errors="replace"))["events"]
    asked = {
        str(event["params"]["url"])
        for event in events
        if event.get("params", {}).get("initiator", BROWSER_ITSELF) != BROWSER_ITSELF
    }
    return done.stdout, console, {url for url in asked if url.startswith(("http", "ws", "ftp"))}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page with every section, over ten crawls."""
    file = tmp_path_factory.mktemp("full") / "report.html"
    file.write_text(render_report(made_report(**made_series())), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture(scope="module")
def opened(page: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, set[str]]:
    return open_page(page, tmp_path_factory.mktemp("browser"))


def test_every_chart_is_drawn(opened: tuple[str, str, set[str]]):
    assert 'data-drawn="8"' in opened[0]
    assert len(re.findall(r'<svg [^>]*class="marks"', opened[0])) == 8


def test_the_console_is_silent(opened: tuple[str, str, set[str]]):
    assert opened[1] == ""


def test_no_request_leaves_the_file(opened: tuple[str, str, set[str]]):
    assert opened[2] == set()


def test_a_request_would_be_seen(tmp_path: Path):
    assert open_page('<img src="http://127.0.0.1:9/x.png">', tmp_path)[2] == {"http://127.0.0.1:9/x.png"}


def test_the_policy_forbids_what_a_page_would_fetch(page: str, tmp_path: Path):
    _, console, asked = open_page(page.replace("</main>", '<img src="http://127.0.0.1:9/x.png"></main>'), tmp_path)
    assert asked == set()
    assert "Content Security Policy" in console


def test_hostile_text_does_not_run(tmp_path: Path):
    data = made_report(examples=(example("ai_generated", ATTACK, url=ATTACK, doc_id=ATTACK),))
    drawn, console, _ = open_page(render_report(data), tmp_path)
    assert "<title>run</title>" not in drawn
    assert console == ""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_the_whole_page_fits_its_width_and_is_silent(browser: Browser, full: Path, width: int, dark: bool):
    browser.events.clear()
    browser.show(full, width, dark=dark)
    browser.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    assert browser.evaluate("document.documentElement.scrollWidth") == width
    assert browser.console() == []
    assert set(browser.requests()) == {full.as_uri()}


@pytest.mark.parametrize("width", [1280, 400])
def test_no_chart_is_cut_or_empty(browser: Browser, full: Path, width: int):
    browser.show(full, width)
    assert browser.evaluate(CUT) == []


def test_long_tables_are_folded_on_narrow_screens_only(browser: Browser, full: Path):
    folded = "[...document.querySelectorAll('details.long')].map(part => part.open)"
    browser.show(full, 400)
    narrow = browser.evaluate(folded)
    assert len(narrow) > 5
    assert not any(narrow)
    browser.show(full, 1280)
    assert all(browser.evaluate(folded))


def test_a_cut_chart_would_be_seen(browser: Browser, tmp_path: Path):
    file = tmp_path / "cut.html"
    file.write_text(
        "<!DOCTYPE html><figure style='width: 100px'><div data-chart=x><svg width=300 height=50>"
        "<rect class=mark-rect width=300 height=9 /></svg></div></figure><script>"
        "document.documentElement.dataset.drawn = 1</script>"
    )
    browser.show(file)
    assert browser.evaluate(CUT) == ["x"]


def test_charts_fit_the_paper_they_are_printed_on(browser: Browser, full: Path):
    browser.show(full, 1280)
    browser.call("Emulation.setEmulatedMedia", media="print")
    browser.call("Emulation.setDeviceMetricsOverride", width=700, height=1000, deviceScaleFactor=1, mobile=False)
    assert browser.evaluate("document.documentElement.scrollWidth") == 700
    wide = "[...document.querySelectorAll('.chart svg')].filter(svg => svg.getBoundingClientRect().right > 701).length"
    assert browser.evaluate(wide) == 0


def test_printing_opens_what_is_folded(browser: Browser, full: Path):
    browser.show(full)
    closed = "document.querySelectorAll('details:not([open])').length"
    assert browser.evaluate(closed) > 3
    browser.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert browser.evaluate(closed) == 0


def test_the_keyboard_reaches_the_figures_and_every_region_that_scrolls(browser: Browser, full: Path):
    browser.show(full, 400)
    browser.call("Input.dispatchKeyEvent", type="keyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9)
    assert browser.evaluate("document.activeElement.className") == "skip"
    assert browser.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    unreachable = (
        "[...document.querySelectorAll('.scroll')].filter(part => part.tabIndex !== 0 || !part.ariaLabel).length"
    )
    assert browser.evaluate(unreachable) == 0
