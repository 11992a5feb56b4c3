"""The page in headless Chromium: it draws every chart, reports no error, and asks for nothing."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from provenance.report import render_report
from tests.report.made_report import ATTACK, example, made_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = """
--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync --disable-dev-shm-usage --virtual-time-budget=10000 --enable-logging=stderr
--v=0
"""
NOBODY = "--host-resolver-rules=MAP * ~NOTFOUND"  # the browser itself shall reach nobody either
BROWSER_ITSELF = "not an origin"  # who asks, in its network log, when no page does

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
