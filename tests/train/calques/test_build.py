"""Glosses of compounds: which are made, which are struck out and by which rule; the counts add up."""

from dataclasses import replace

import pytest

from provenance.errors import ConfigError
from provenance.train.calques.build import BuildOptions, Counts, Made, build_lexicon
from provenance.train.calques.entries import Dictionary, Entry, Kind, plain_translation
from provenance.train.calques.gloss import Gloss, GlossOptions
from provenance.train.calques.strike import Rule, StrikeOptions, Striker
from provenance.train.calques.words import make_gerund, normalise_phrase, read_phrases

WORDS = frozenset("hand shoe boot glove footwear mitten purchase drink drinking money tip".split())  # noqa: SIM905


class English:
    """Knows some words, each as common as the others, and some pairs."""

    def __init__(self, *pairs: str, unknown: tuple[str, ...] = (), word_log10: float = -4.0) -> None:
        self.pairs, self.unknown, self.log10 = pairs, unknown, word_log10

    def word_log10(self, word: str) -> float | None:
        return self.log10 if word in WORDS and word not in self.unknown else None

    def phrase_log10(self, phrase: str) -> float:
        return self.log10 * len(phrase.split())

    def has_pair(self, first: str, second: str) -> bool:
        return f"{first} {second}" in self.pairs


def noun(word: str, *translations: str) -> Entry:
    return Entry(word, Kind.NOUN, translations)


HAND = [noun("Hand", "hand"), noun("Schuh", "shoe", "boot"), noun("Handschuh", "glove")]


def build(
    entries: list[Entry], english: English | None = None, *, original: frozenset[str] = frozenset(), **options: int
) -> tuple[list[str], Counts]:
    asked = BuildOptions(GlossOptions(), StrikeOptions(max_phrase_log10=-6.5), **options)
    made, counts = build_lexicon(entries, english or English(), asked, language="de", original=original)
    return [line.calque for line in made], counts


def struck(entries: list[Entry], english: English | None = None, **options: frozenset[str]) -> set[Rule]:
    return {rule for rule, n in build(entries, english, **options)[1].struck.items() if n}  # type: ignore[arg-type]


def test_every_combination_of_translations_is_a_gloss():
    assert build(HAND)[0] == ["hand shoe", "hand boot"]


def test_a_line_names_source_and_meaning():
    made, _ = build_lexicon(HAND, English(), BuildOptions(), language="de")
    assert made[0] == Made("hand shoe", "de", "Handschuh", "glove", "built: hand + schuh")


@pytest.mark.parametrize("said", ["hand shoe", "hand-shoes", "handshoe", "shoe of hand", "leather hand shoe"])
def test_what_the_dictionary_says_is_struck_in_every_spelling(said):
    entries = [noun("Hand", "hand"), noun("Schuh", "shoe"), noun("Handschuh", "glove", said)]
    assert struck(entries) == {Rule.TRANSLATION}


def test_what_it_says_in_synonyms_is_struck():
    entries = [*HAND[:2], noun("Stiefel", "boot", "footwear"), noun("Handschuh", "hand footwear")]
    kept, counts = build(entries)
    assert kept == ["hand shoe"]
    assert counts.struck[Rule.SYNONYM] == 1


def test_what_it_says_of_another_word_is_struck():
    assert struck(
        [noun("Hand", "hand"), noun("Schuh", "shoe"), noun("Handschuh", "glove"), noun("Y", "hand shoe")]
    ) == {Rule.ENGLISH}


@pytest.mark.parametrize(
    ("english", "rule"),
    [
        (English(unknown=("shoe", "boot")), Rule.RARE),
        (English("hand shoe", "hand boot"), Rule.PHRASE),
        (English(word_log10=-3.0), Rule.LIKELY),
    ],
)
def test_what_original_english_says_is_struck(english, rule):
    assert struck(HAND, english) == {rule}


def test_what_a_users_texts_say_is_struck():
    assert struck(HAND, original=frozenset({"hand shoe", "hand boot"})) == {Rule.ORIGINAL}


def test_of_two_compounds_with_the_same_gloss_the_first_has_it():
    entries = [noun("Hand", "hand"), noun("Faust", "hand"), noun("Schuh", "shoe")]
    entries += [noun("Handschuh", "glove"), noun("Faustschuh", "mitten")]
    made, counts = build_lexicon(entries, English(), BuildOptions(), language="de")
    assert [line.source_expression for line in made] == ["Faustschuh"]
    assert counts.struck == {Rule.TAKEN: 1, Rule.MOST: 0}


def test_the_rarest_are_kept_when_there_are_too_many():
    kept, counts = build(HAND, most=1)
    assert kept == ["hand shoe"]
    assert counts.struck[Rule.MOST] == 1


def test_the_counts_add_up():
    entries = [*HAND, noun("Handkauf", "cash purchase"), noun("Kauf", "purchase"), noun("Kaufhand", "x y z w")]
    _, counts = build(entries, English("hand purchase"))
    assert counts.headwords == 6
    assert counts.split == counts.glossed == 3
    assert counts.glosses == counts.struck.total() + counts.kept


def test_verbs_are_glossed_plain_and_in_ing():
    entries = [Entry("trinken", Kind.VERB, ("drink",)), noun("Geld", "money"), noun("Trinkgeld", "tip")]
    assert set(build(entries)[0]) == {"drink money", "drinking money"}


def test_german_words_without_a_capital_are_no_nouns():
    entries = [*HAND, Entry("handschuh", Kind.UNTOLD, ("x",)), Entry("geschuht", Kind.UNTOLD, ("boot",))]
    entries += [noun("Handgeschuht", "mitten")]
    assert build(entries)[0] == ["hand shoe", "hand boot"]


def test_a_language_whose_compounds_are_not_known_is_refused():
    with pytest.raises(ConfigError, match="'fr'"):
        build_lexicon(HAND, English(), replace(BuildOptions()), language="fr")


@pytest.mark.parametrize(
    ("phrase", "normal"),
    [
        ("Driver's-seats", "driver seat"),
        ("harbours", "harbor"),
        ("children’s shoes", "child shoe"),
        ("bus stop", "bus stop"),
    ],
)
def test_phrases_are_compared_in_one_form(phrase, normal):
    assert normalise_phrase(phrase) == normal


def test_gerunds():
    assert [make_gerund(verb) for verb in ("drink", "write", "swim", "see", "play")] == [
        "drinking", "writing", "swimming", "seeing", "playing",
    ]  # fmt: skip


def test_phrases_end_at_marks_small_words_and_blank_lines():
    text = "The old hand, shoes of\nleather\n\nSold in 3 shops"
    assert list(read_phrases(text)) == ["old hand", "shoe", "leather", "sold", "shop"]


class Asked(Dictionary):
    """A dictionary that is not asked for ever."""

    times = 0

    def are_synonyms(self, one: str, other: str) -> bool:
        Asked.times += 1
        assert Asked.times < 1000
        return super().are_synonyms(one, other)


def test_long_translations_are_not_put_in_every_order():
    words = "ash birch cedar date elm fir gum hazel iris juniper kauri".split()  # noqa: SIM905
    striker = Striker(Asked(), English(), frozenset(), StrikeOptions())
    said = [" ".join([*words[:-1], "larch"][::-1])]
    assert striker.strike(Gloss(("-".join(words[:6]), "-".join(words[6:]))), said, transparent=False) is Rule.RARE


def test_a_very_long_translation_is_none():
    assert plain_translation("to " + "a-" * 90 + "b") == "a-" * 90 + "b"
    assert plain_translation("a-" * 100 + "b") is None
