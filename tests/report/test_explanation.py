"""The page of one judged text: what it must say, with and without a score, and that nothing in it runs or asks."""

import re
from pathlib import Path

import pytest

from provenance.report import Span, render_explanation
from provenance.report.explanation import Compared, Heat, Phrase, ReferenceFigure, Token, Window
from tests.report import test_browser
from tests.report.made_report import ATTACK
from tests.report.test_browser import open_page
from tests.report.test_page import Outline

TEXT = "It is important to note that we went to the shop."
NEWS = ReferenceFigure("news", 0.8, 1203, 5, 12.0, positive_above=2.5, rate=0.01)
BLOG = ReferenceFigure("blog posts", 0.2, 800, 1, 0.4, positive_above=3.0, rate=0.01)
HEAT = Heat(
    (Token(0, 2, 0.1, 0.2, 0), Token(3, 5, 0.3, 0.2, 0), Token(41, 44, -0.4, -0.1, 0)),
    (Window(0, 44, 3, 0.0),),
    (Phrase("It is", 0, 5, 0, 0.4),),
    (Phrase("the <b>shop</b>", 41, 49, 0, -0.4),),
    ("lr_ai_logit", "lm_ai_llr"),
)


def verdict(llr: float | None = 1.5) -> dict[str, object]:
    evidence = [{"signal": "lr_ai_logit", "value": 1.2, "nats": 1.5, "detail": "words as AI-written texts have them"}]
    score = None if llr is None else 0.33
    return {
        "language": "en", "n_words": 90, "ai_score": score, "mt_score": None, "ai_llr": llr, "origin": "undetermined",
        "evidence": evidence,
    }  # fmt: skip


def render(
    compared: Compared | None = None, heat: Heat | None = HEAT, text: str = TEXT, llr: float | None = 1.5
) -> str:
    return render_explanation(text, verdict(llr), [Span(3, 18, "phrase", "opener")], compared=compared, heat=heat)


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", "", page).split())


def test_one_reference_is_named_with_its_documents_and_sources() -> None:
    said = words(render(Compared((NEWS,), {"news": 0.96, "blog posts": 0.04})))
    assert "The text reads like news (96.0 %). It was compared with 1,203 human documents that read like news" in said
    assert "from 5 sources." in said
    assert "12 of 1,000 human documents of this genre score this high" in said


def test_the_rate_of_a_threshold_is_said_as_the_bound_it_is() -> None:
    assert "+2.5at most 1.0 % reach it" in words(render(Compared((NEWS,), {"news": 0.96})))


def test_each_genre_of_a_mix_is_named() -> None:
    said = words(render(Compared((NEWS, BLOG), {"news": 0.8, "blog posts": 0.2})))
    assert "reads like news (80.0 %) and blog posts (20.0 %)" in said
    assert "news, from 5 sources, and with 800 human documents that read like blog posts, from 1 source." in said
    assert (
        "12 of 1,000 human documents of the genre news and fewer than 1 of 1,000 human documents of the genre" in said
    )


def test_an_unknown_genre_is_said_to_be_unknown() -> None:
    said = words(render(Compared((NEWS, BLOG), {"news": 0.3}, told=False)))
    assert "reads like none of the known genres clearly: news (30.0 %)" in said
    assert "12 of 1,000 human documents of the genre news score this high or higher, and no more of any other" in said


def test_a_text_without_a_score_was_compared_with_nobody() -> None:
    said = words(render(None, None, llr=None))
    assert "So it was compared with no human documents." in said
    assert "of 1,000" not in said
    assert "No word is shaded" in said


def test_a_language_without_references_says_so() -> None:
    assert "no human references by genre for this language" in words(render(None))


@pytest.mark.parametrize(
    ("of_thousand", "beyond", "said"),
    [
        (0.2, False, "fewer than 1"),
        (16.4, True, "fewer than 17"),
        (16.4, False, "16"),
        (None, False, "an unknown number"),
    ],
)
def test_counts_of_a_thousand_in_words(of_thousand: float | None, beyond: bool, said: str) -> None:
    assert ReferenceFigure("news", 1.0, 60, 2, of_thousand, beyond_all=beyond).count == said


def test_the_page_says_that_it_is_no_proof() -> None:
    assert "This is no proof about an author." in words(render())


def test_the_legend_has_a_figure_for_each_shade() -> None:
    page = render()
    legend = page[page.index('<div class="legend"') : page.index("<figure>")]
    assert re.findall(r"<li class=\"(\w+)\">(.*?)</li>", legend) == [
        ("a4", "\u22120.200"), ("a3", "\u22120.150"), ("a2", "\u22120.100"), ("a1", "\u22120.050"), ("none", "0"),
        ("f1", "+0.050"), ("f2", "+0.100"), ("f3", "+0.150"), ("f4", "+0.200"),
    ]  # fmt: skip


def test_phrases_stand_on_their_side_escaped() -> None:
    page = render()
    assert '<th scope="row" dir="auto">It is</th><td class="n for">+0.400</td><td class="n">0–5</td>' in page
    assert 'the &lt;b&gt;shop&lt;/b&gt;</th><td class="n against">\u22120.400</td>' in page


def test_every_element_is_closed_and_no_script_is_there() -> None:
    outline = Outline(render(Compared((NEWS, BLOG), {"news": 0.8}), text=TEXT + ATTACK))
    assert outline.open == []
    assert outline.of("script") == []
    assert {attrs.get("class") for attrs in outline.of("mark")} == {"phrase"}


@pytest.mark.browser
@pytest.mark.skipif(test_browser.CHROMIUM is None, reason="Chromium is not installed")
def test_the_browser_reports_no_error_and_asks_for_nothing(tmp_path: Path) -> None:
    drawn, console, asked = open_page(render(Compared((NEWS,), {"news": 1.0}), text=TEXT + ATTACK), tmp_path)
    assert "<title>run</title>" not in drawn
    assert (console, asked) == ("", set())
