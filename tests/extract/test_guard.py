"""Adversarial pages neither crash the process nor keep it busy."""

import json
import subprocess
import sys

import pytest

from provenance.extract.guard import find_excess
from tests.extract.pages import record, reject

COUNT = 100_000
HOSTILE = {
    "divs": "<div>" * COUNT + "text",
    "divs in capitals": "<DIV>" * COUNT + "text",
    "divs that a slash does not close": "<div/>" * COUNT + "text",
    "articles": "<article>text" * COUNT,
    "divs closed at the end": "<div>" * COUNT + "text" + "</div>" * COUNT,
    "links that stay open": "<a href=x><b><i>" * COUNT,
    "attributes": "<p " + " ".join(f"a{number}=1" for number in range(COUNT)) + ">text",
    "attributes without values": "<p " + " ".join(f"a{number}" for number in range(COUNT)),
}
HARMLESS = {
    "spans": "<span>" * COUNT + "text",
    "bold": "<b>" * COUNT + "text",
    "tables": "<table><tr><td>" * COUNT,
    "lists": "<ul><li>text" * COUNT,
    "paragraphs": "<p>text" * COUNT,
    "divs side by side": "<div>text</div>" * COUNT,
    "scripts": "<script>" * COUNT,
    "comments": "<!--" * COUNT,
    "less-than signs": "<" * COUNT,
    "a script that writes divs": "<script>" + "x += '<div>';" * COUNT + "</script><p>text",
    "a picture in an attribute": "<img src='data:image/png;base64," + "iVBORw0KGgo/" * COUNT + "'>",
    "text without tags": "word " * COUNT,
    "a script with a comparison": "<script>if (a<b) {" + "x = y; " * COUNT + "}</script><p>text",
    "one long attribute": "<p data-words='" + "word " * COUNT + "'>text",
}
WHOLE = """
import json, sys
from tests.extract.pages import extract, record
for page in json.load(sys.stdin):
    print(len(extract([record(page)])[0]))
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_are_told(name: str):
    assert find_excess(HOSTILE[name].encode()) is not None


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_pages_pass(name: str):
    assert find_excess(HARMLESS[name].encode()) is None


def test_a_hostile_page_is_a_reject_that_says_why():
    row = reject(record(HOSTILE["divs"]))
    assert (row["reason"], row["detail"]) == ("extraction_failed", "elements nested 100000 deep")


def test_the_process_survives_them_all():
    pages = [*HOSTILE.values(), *HARMLESS.values()]
    command = [sys.executable, "-c", WHOLE]
    done = subprocess.run(command, input=json.dumps(pages), text=True, capture_output=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == len(pages)
