"""Evidence of the text models in words: which way a figure points, and which genre a text reads like."""

from dataclasses import replace

import polars as pl
import pytest

from provenance.models.calibration import Axis, Calibration, Reference
from provenance.schema import GENRES
from provenance.verdict import Stratum, Term, judge_batch
from provenance.verdict.wording import GENRE_NAMES

REFERENCES = tuple(Reference("en", genre, offset=0.5) for genre in ("news", "blog", "qa"))


def details(calibration: Calibration, **signals: float) -> dict[str, str]:
    documents = pl.DataFrame({"doc_id": ["a"], "language": ["en"], "n_words": [300]})
    verdicts = judge_batch(documents, pl.DataFrame([signals]), calibration, first_seen=None)
    return {item["signal"]: item["detail"] for item in verdicts["evidence"][0]}


def with_terms(calibration: Calibration, *signals: str) -> Calibration:
    terms = tuple(Term(signal, 1.0, 0.0, 6.0) for signal in signals)
    stratum = Stratum("en", 80, None, signals[0], terms)
    return replace(calibration, ai=Axis((stratum,), references=REFERENCES))


def test_figures_of_the_text_models_say_which_way_they_point(calibration):
    small = with_terms(calibration, "lr_ai_logit", "lm_ai_llr", "lm_human_nats")
    found = details(small, lr_ai_logit=1.234, lm_ai_llr=-0.1, lm_human_nats=-3.5, lm_n_tokens=240)
    assert found["lr_ai_logit"] == "words and pairs of words as AI-written texts have them: 1.2 in log odds"
    assert found["lm_ai_llr"].startswith("more like human than AI-written reference text: 0.1 nats per token over 240")
    assert found["lm_human_nats"].startswith("less predictable, to a model of human text")


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ({"news": 0.8, "blog": 0.2}, "reads like news (0.8) and blog posts (0.2)"),
        ({"news": 0.04, "blog": 0.96}, "reads like blog posts (1.0)"),
        (
            {"qa": 0.5, "news": 0.3, "blog": 0.2},
            "reads like questions and answers (0.5), news (0.3) and blog posts (0.2)",
        ),
        ({"news": 0.09, "blog": 0.08, "qa": 0.07}, "reads like news (0.1)"),
    ],
)
def test_the_mix_of_genres_is_told_largest_first(calibration, shares: dict[str, float], said: str):
    small = with_terms(calibration, "lr_ai_logit")
    columns = {f"genre_{genre}": shares.get(genre, 0.0) for genre in ("news", "blog", "qa")}
    assert details(small, lr_ai_logit=1.0, **columns)["genre"] == said


def test_every_genre_has_a_name():
    assert set(GENRE_NAMES) == set(GENRES)
