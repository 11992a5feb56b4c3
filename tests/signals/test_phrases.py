"""Leftovers of chat models: found in twelve languages, not counted when quoted or reported."""

import pickle

import polars as pl
import pytest

from provenance.signals.matcher import read_lexicon
from provenance.signals.phrases import KINDS, LEXICON, LEXICON_COLUMNS, WEIGHTS, ChatPhrases


def measure(*texts: str | None) -> pl.DataFrame:
    return ChatPhrases().measure(pl.DataFrame({"text": texts}, schema={"text": pl.String}))


def hits(text: str) -> list[dict[str, object]]:
    return measure(text)["phrase_hits"].to_list()[0]


@pytest.mark.parametrize(
    "text",
    [
        "As an AI language model, I cannot taste food.",
        "As of my last knowledge update in 2021, it was open.",
        "The tower is 300 m high【4†source】and grey.",
        "It opened in 1889 citeturn0search0 to the public.",
        "See example.com/?utm_source=chatgpt.com for more.",
        ":contentReference[oaicite:0]{index=0}",
        "Als KI-Sprachmodell habe ich keine Meinung.",
        "作为一个人工智能语言模型，我没有感情。",
        "AI言語モデルとして、私は感情を持ちません。",
    ],
)
def test_decisive_leftovers_are_found(text):
    assert measure(text)["phrase_decisive_count"].item() >= 1


def test_a_hit_says_where_and_what():
    text = "🙂 Best wishes, [Insert name here]"
    (hit,) = hits(text)
    assert hit == {"start": 15, "end": 33, "match": "[Insert name here]", "detail": "placeholder, strong, en"}


@pytest.mark.parametrize(
    "text",
    [
        "The phrase 'as an AI language model' gives it away.",
        "Search for “as an AI language model” and you find reviews.",
        "Look for the phrase as an AI language model in reviews.",
        "ChatGPT replied: As an AI language model, I cannot say.",
        'It wrote: "I am sorry. As an AI language model, I have no opinions on the matter."',
        "Der Satz „Als KI-Sprachmodell kann ich“ verrät ihn.",
    ],
)
def test_a_quoted_or_reported_phrase_is_a_mention(text):
    assert measure(text).row(0) == (0, 0, 0, [])


def test_an_opener_counts_at_the_start_of_a_line_only():
    assert measure("Certainly! Here is an essay.", "He said so. Certainly! Here is one.")["phrase_count"].to_list() == [
        1,
        0,
    ]


def test_counts_by_weight_class():
    text = "Sure! Here is an essay.\nAs an AI language model, I try.\nI hope this helps!"
    row = measure(text).row(0, named=True)
    assert (row["phrase_count"], row["phrase_decisive_count"], row["phrase_strong_count"]) == (3, 1, 1)


@pytest.mark.parametrize("text", ["", " \n ", None])
def test_empty_text_is_not_measurable(text):
    assert measure(text).row(0) == (None, None, None, None)


def test_a_document_is_measured_alone():
    one, two = "As an AI language model, I try.", "A plain text."
    assert measure(one, two).equals(pl.concat([measure(one), measure(two)]))


def test_the_signal_pickles_to_an_equal_object():
    signal = ChatPhrases(quote_reach=100)
    assert pickle.loads(pickle.dumps(signal)) == signal


def test_the_shipped_list_keeps_to_its_classes():
    rows = read_lexicon(LEXICON, LEXICON_COLUMNS)
    assert {row["kind"] for row in rows} == set(KINDS)
    assert {row["weight"] for row in rows} == set(WEIGHTS)


def test_the_shipped_list_speaks_twelve_languages():
    languages = {row["language"] for row in read_lexicon(LEXICON, LEXICON_COLUMNS)} - {"mul"}
    assert languages == {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "zh", "ja", "vi"}


def test_every_shipped_phrase_is_found_in_its_own_text():
    rows = read_lexicon(LEXICON, LEXICON_COLUMNS)
    phrases = [row["phrase"].removeprefix("*") for row in rows]
    counts = measure(*(f"{phrase}。" for phrase in phrases))["phrase_count"].to_list()
    assert [phrase for phrase, count in zip(phrases, counts, strict=True) if not count] == []
