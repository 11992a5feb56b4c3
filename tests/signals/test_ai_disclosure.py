"""What a page declares of AI: every mark's worth."""

import polars as pl
import pytest

from provenance.schema import DOCUMENTS
from provenance.signals import measure_signals
from provenance.signals.ai_disclosure import AiDisclosure


def frame(**columns: object) -> pl.DataFrame:
    row = {"text": "Der Hafen erwacht vor der Stadt.", "ai_disclosure_marks": [], **columns}
    return pl.DataFrame([row], schema={name: DOCUMENTS.schema[name] for name in row})


def disclosed(*marks: str) -> float | None:
    value: float | None = AiDisclosure().measure(frame(ai_disclosure_marks=marks))["disclosure_ai"][0]
    return value


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("header:ai-disclosure=mode=ai-originated", 1.0),
        ('header:ai-disclosure=model="x"; mode="machine-generated"', 1.0),
        ("header:ai-disclosure=mode=ai-modified, provider=x", 0.5),
        ("header:ai-disclosure=mode=none", 0.0),
        ("header:ai-disclosure=ai-generated; by=x", 1.0),
        ("meta:ai-disclosure=autonomous", 1.0),
        ("meta:ai-disclosure=AI-Assisted", 0.5),
        ("meta:ai-disclosure=none", 0.0),
        ("meta:ai-generated=true", 1.0),
        ("meta:ai-generated=false", 0.0),
        ("meta:ai-generated=", 0.0),
        ("attribute:ai-disclosure=ai-generated", 1.0),
        ("part:ai-disclosure=ai-generated", 0.0),
        ("jsonld:digitalSourceType=trainedAlgorithmicMedia", 1.0),
        ("jsonld:digitalSourceType=compositeWithTrainedAlgorithmicMedia", 0.5),
        ("jsonld:digitalSourceType=humanEdits", 0.0),
        ("media:digitalSourceType=trainedAlgorithmicMedia", 0.0),
        ("jsonld:digitalSourceType=TrainedAlgorithmicMediaDigitalSource", 1.0),
        ("jsonld:author=ChatGPT", 1.0),
        ("jsonld:coauthor=ChatGPT", 0.5),
        ("part:author=ChatGPT", 0.0),
        ("meta:generator=ChatGPT", 0.5),
        ("meta:generator=AI-generated", 1.0),
        ("link:chatgpt.com=3", 0.0),
    ],
)
def test_what_a_disclosure_declares(mark: str, expected: float):
    assert disclosed(mark) == expected


def test_the_strongest_disclosure_counts():
    assert disclosed("meta:ai-disclosure=none", "attribute:ai-disclosure=ai-generated") == 1.0


def test_copied_links_are_counted_beside_what_is_declared():
    marks = ["meta:ai-disclosure=none", "link:chatgpt.com=3", "link:openai=1"]
    measured = AiDisclosure().measure(frame(ai_disclosure_marks=marks))
    assert measured.select("disclosure_ai", "disclosure_link_count").row(0) == (0.0, 4)
    assert measured["disclosure_hits"][0].to_list()[1]["detail"] == (
        "3 link(s) to other sites as chatgpt.com cites them: copied out of an answer"
    )


def test_a_page_without_disclosure_declares_none():
    assert disclosed() == 0.0


@pytest.mark.parametrize("columns", [{"ai_disclosure_marks": None}, {"text": ""}, {"text": None}])
def test_plain_text_discloses_nothing_measurable(columns: dict[str, object]):
    assert AiDisclosure().measure(frame(**columns)).row(0) == (None, None, None)


def test_texts_judged_without_markup_columns_disclose_nothing_measurable():
    assert measure_signals(pl.DataFrame({"text": ["Some text."]}), [AiDisclosure()]).row(0) == (None,) * 3


def test_the_declared_columns_come_in_order():
    measured = AiDisclosure().measure(frame(ai_disclosure_marks=["meta:ai-generated=true"]))
    assert dict(measured.schema) == {name: column.dtype for name, column in AiDisclosure.columns.items()}
