"""Leftovers of chat models: found in twelve languages, not counted when quoted or reported."""

import pickle

import polars as pl
import pytest

from provenance.errors import ConfigError
from provenance.signals.forms import RULES
from provenance.signals.matcher import read_lexicon
from provenance.signals.phrases import KINDS, LEXICON, LEXICON_COLUMNS, WEIGHTS, ChatPhrases, load_phrases


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
        "It opened in 1889 \ue200cite\ue202turn0search0\ue202turn0news3\ue201 to the public.",
        "The yield was 4 % [cite: 1, 12] in the dry years.[cite_start]",
        "Prices rose ([Reuters](https://r.example) :contentReference[oaicite:2]{index=2}).",
        '({"attribution":{"attributableIndex":"12-3"}})',
        "[Download the table](sandbox:/mnt/data/table.csv)",
        "It is the oldest bridge of the town.[attached_file:1]",
        '<grok:render card_id="a1" card_type="citation_card">',
        "I am a large language model trained by Google, and I cannot travel.",
        "ChatGPT said:\nThe bridge was built in 1889.",
        "My field is limited. As a responsible AI language model, I cannot help.",
        ":contentReference[oaicite:0]{index=0}",
        "Als KI-Sprachmodell habe ich keine Meinung.",
        "作为一个人工智能语言模型，我没有感情。",
        "AI言語モデルとして、私は感情を持ちません。",
        "En tant que modèle de langage, je ne peux pas goûter.",
        "Como modelo de lenguaje, no puedo opinar.",
        "In quanto modello linguistico, non ho opinioni.",
        "Como um modelo de linguagem, não tenho opiniões.",
        "Als AI-taalmodel heb ik geen mening.",
        "Jako model językowy nie mam opinii.",
        "Как языковая модель, я не имею мнения.",
        "Với tư cách là một mô hình ngôn ngữ, tôi không có ý kiến.",
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


def test_a_phrase_that_needs_no_form_is_found_in_its_own_text():
    rows = [row for row in read_lexicon(LEXICON, LEXICON_COLUMNS) if not row["rule"]]
    phrases = [row["phrase"].removeprefix("*") for row in rows]
    counts = measure(*(f"{phrase}。" for phrase in phrases))["phrase_count"].to_list()
    assert [phrase for phrase, count in zip(phrases, counts, strict=True) if not count] == []


def test_every_rule_of_the_shipped_list_is_known():
    assert {row["rule"] for row in read_lexicon(LEXICON, LEXICON_COLUMNS)} <= RULES


def test_no_phrase_stands_twice():
    phrases = [row["phrase"] for row in read_lexicon(LEXICON, LEXICON_COLUMNS)]
    assert sorted(phrases) == sorted(set(phrases))


def test_marks_are_few_enough_for_a_fast_search():
    """Up to a hundred patterns are searched by an automaton of another kind, at a third of the time."""
    assert sum(row["phrase"].startswith("*") for row in read_lexicon(LEXICON, LEXICON_COLUMNS)) <= 100


def test_an_unknown_rule_is_a_configuration_error(tmp_path):
    path = tmp_path / "phrases.tsv"
    path.write_text("phrase\tlanguage\tkind\tweight\trule\nhello\ten\topener\tweak\tlien\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="line 2: unknown rule 'lien'"):
        load_phrases(path)


GAPS = (
    "[Your Name]", "[Ihr Name]", "[Votre nom]", "[Tu nombre]", "[Il tuo nome]", "[Seu nome]", "[Jouw naam]",
    "[Twoje imię]", "[Ваше имя]", "[您的姓名]", "[あなたの名前]", "[Tên của bạn]",
)  # fmt: skip


@pytest.mark.parametrize("gap", GAPS)
def test_a_gap_that_was_left_is_strong_but_not_in_a_template(gap: str):
    texts = (f"Mit besten Grüßen\n{gap}。", f"Use this template.\n{gap}。")
    assert measure(*texts)["phrase_strong_count"].to_list() == [1, 0]


LINKS = [
    "https://town.org/bridge?utm_source=chatgpt.com",
    "https://town.org/bridge?a=1&utm_source=openai",
    "town.org/bridge?utm_source=copilot.com",
    "https://town.org/bridge?utm_source=perplexity",
    "https://town.org/?a=1&amp;utm_source=chatgpt.com",
    "https://town.org/bridge?utm_source=gemini.google.com",
    "https://town.org/bridge?referrer=grok.com",
]


@pytest.mark.parametrize("link", LINKS)
def test_a_link_copied_out_of_an_answer_is_strong_and_shown_whole(link: str):
    (hit,) = hits(f"See the plan ({link}) of ChatGPT's favourite bridge.")
    assert (hit["match"], hit["detail"]) == (link, "link, strong, mul")


@pytest.mark.parametrize(
    "text",
    [
        "Filter by utm_source=chatgpt.com in your reports.",
        "https://example.com/?utm_source=chatgpt.com",
        "https://yoursite.com/?utm_source=chatgpt.com",
        "https://shop.org/?utm_source=gemini&utm_medium=native",
        "https://shop.org/?utm_source=openai-newsletter",
        "Set `https://shop.org/?utm_source=chatgpt.com` as the target.",
    ],
)
def test_what_looks_like_a_copied_link_is_none(text: str):
    assert hits(text) == []


def test_a_text_about_chat_models_lowers_its_leftovers_by_a_class():
    leftover = "As an AI language model, I cannot taste food."
    far = "The rest of the page is about bridges. " * 5
    (hit,) = hits(f"{leftover}\n\n{far}\n\nThis is what chatbots write.")
    assert hit["detail"] == "refusal, strong, en, in a text about chat models or templates"


def test_words_that_models_use_of_themselves_tell_of_the_text_where_they_stand_far_off():
    text = "As an AI language model, I cannot taste food. {}Language models are built by companies."
    texts = (text.format("It is sweet. "), text.format("It is sweet. " * 12))
    assert measure(*texts)["phrase_decisive_count"].to_list() == [1, 0]


@pytest.mark.parametrize("after", ["is the giveaway.", "was a meme.", "disclaimers bore me.", "replied the machine."])
def test_a_phrase_that_is_spoken_of_afterwards_is_a_mention(after: str):
    assert hits(f"I'm sorry, but I can't assist with that {after}") == []


def test_what_a_model_calls_itself_does_not_lower_its_leftovers():
    assert (
        measure("As an AI language model trained by OpenAI, I cannot taste food.")["phrase_decisive_count"].item() == 1
    )


def test_of_two_forms_that_overlap_the_stronger_counts():
    (hit,) = hits("As an AI language model developed by OpenAI, my senses are few.")
    assert hit["match"] == "As an AI language model developed by OpenAI"
