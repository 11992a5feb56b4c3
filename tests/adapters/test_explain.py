"""The page of a judged text: words add up to its evidence, its places are those of the text, all is escaped."""

import html
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from provenance.adapters.explain import explain_text, find_moved_in
from provenance.adapters.judge import Judge, Verdict, measure_texts
from provenance.adapters.moved import Moved
from provenance.models.calibration import load_calibration
from tests.made_models import HAS_LMPLZ, make_small_calibration, read_fixture, write_small_models

pytestmark = pytest.mark.skipif(not HAS_LMPLZ, reason="lmplz is not built: make lmplz")
AI, HUMAN = read_fixture("en-ai-travel.txt"), read_fixture("en-beekeeping-log.txt")
LONG = f"{AI}\n\n{HUMAN} " * 3
ODD = (
    AI.replace("fi", "\ufb01").replace("'", "’").replace("th", "t\u200bh").replace(". ", ".  😀 ")
    + "<script>x</script>"
)
TEXTS = {"ai": AI, "human": HUMAN, "long": LONG, "odd": ODD}
SIGNALS = ("lr_ai_logit", "lm_ai_llr", "lm_human_nats")


@pytest.fixture(scope="module", params=[6.0, 0.5], ids=["unbounded", "bounded"])
def judge(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Judge:
    return Judge.load(write_small_models(tmp_path_factory.mktemp("models"), make_small_calibration(clip=request.param)))


def find(judge: Judge, text: str) -> tuple[Moved | None, Verdict]:
    documents, signals = measure_texts(pl.Series("text", [text]), judge.models)
    table = documents.select("language", "n_words").hstack(signals.get_columns())
    verdict = judge.judge(text)
    return find_moved_in(text, table, load_calibration(judge.models).ai, verdict, judge.models), verdict


@pytest.mark.parametrize("name", TEXTS)
def test_words_add_up_to_the_evidence_of_the_text_models(judge: Judge, name: str) -> None:
    moved, verdict = find(judge, TEXTS[name])
    assert moved is not None
    said = [item.nats for item in verdict.evidence if item.signal in SIGNALS]
    assert len(said) == 3
    assert moved.tokens["nats"].sum() == pytest.approx(sum(said), abs=1e-6)
    assert moved.windows["nats"].sum() == pytest.approx(sum(said), abs=1e-6)


def test_a_text_without_a_score_moves_nothing(judge: Judge) -> None:
    assert find(judge, "The hamster buying began on Monday.")[0] is None


def test_only_what_is_evidence_is_shown(judge: Judge) -> None:
    documents, signals = measure_texts(pl.Series("text", [AI]), judge.models)
    table = documents.select("language", "n_words").hstack(
        signals.drop("language", "n_words", strict=False).get_columns()
    )
    axis, verdict = load_calibration(judge.models).ai, judge.judge(AI)
    one = replace(verdict, evidence=tuple(item for item in verdict.evidence if item.signal == "lr_ai_logit"))
    moved = find_moved_in(AI, table, axis, one, judge.models)
    assert moved is not None
    assert moved.signals == ("lr_ai_logit",)
    assert find_moved_in(AI, table, axis, replace(verdict, evidence=()), judge.models) is None


@pytest.mark.parametrize("name", TEXTS)
def test_the_page_holds_the_whole_text_and_each_word_its_nats(judge: Judge, name: str) -> None:
    text = TEXTS[name]
    page = explain_text(judge, text, judge.judge(text))
    shown = page[page.index('<p class="text whole"') : page.index("</p>", page.index('<p class="text whole"'))]
    shown = re.sub(r'<span class="window">.*?</span>', "", shown)
    assert html.unescape(re.sub(r"<[^>]*>", "", shown)) == text
    moved, _ = find(judge, text)
    assert moved is not None
    titles = len(re.findall(r'title="[+\u2212]\d\.\d{3} nats"', shown))
    assert titles > moved.tokens.height if "<mark" in shown else titles == moved.tokens.height


def test_the_page_says_with_whom_it_was_compared(judge: Judge) -> None:
    page = " ".join(explain_text(judge, AI, judge.judge(AI)).split())
    assert "It was compared with 800 human documents that read like blog posts, from 5 sources." in page
    assert "<strong>Fewer than 2 of 1,000</strong> human documents of this genre score this high" in page


def test_the_page_lists_phrases_on_both_sides(judge: Judge) -> None:
    page = explain_text(judge, LONG, judge.judge(LONG))
    assert page.count('<td class="n for">+') > 3
    assert page.count('<td class="n against">\u2212') > 3
    assert "window 3: " in page
    assert "the models stop reading here" in page


def test_hostile_text_stays_text(judge: Judge) -> None:
    page = explain_text(judge, ODD, judge.judge(ODD))
    assert "<script" not in page
    assert page.count("<html") == 1


def test_an_empty_text_and_a_lone_surrogate_have_a_page(judge: Judge, tmp_path: Path) -> None:
    for text in ("", "two words \ud800"):
        assert "This is no proof about an author" in explain_text(judge, text, judge.judge(text))
