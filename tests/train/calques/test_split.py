"""Compounds are split into headwords; the shorter part is as long as can be."""

import pytest

from provenance.train.calques.entries import Dictionary, Entry, Kind
from provenance.train.calques.languages import COMPOUNDING
from provenance.train.calques.split import Splitter

NOUN, VERB, ADJECTIVE = Kind.NOUN, Kind.VERB, Kind.ADJECTIVE
WORDS = {
    **dict.fromkeys(("Hamster", "Kauf", "Hand", "Schuh", "Liebe", "Brief", "Tag", "Reise", "Sonne", "Blume"), NOUN),
    **dict.fromkeys(("Kind", "Garten", "Staub", "Ecken", "Becken", "Stau", "Dampf", "Schiff", "Mann"), NOUN),
    **dict.fromkeys(("Bär", "Schaft", "Haus", "Ei", "Spiegel", "Bund", "Rad"), NOUN),
    **dict.fromkeys(("waschen", "baden", "wandern"), VERB),
    "kühl": ADJECTIVE,
}


def split(word: str, language: str = "de", words: dict[str, Kind] = WORDS) -> list[str]:
    dictionary = Dictionary.collect(Entry(head, kind, ("x",)) for head, kind in words.items())
    return [
        " ".join(part.headword for part in parts) for parts in Splitter(dictionary, COMPOUNDING[language]).split(word)
    ]


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Hamsterkauf", "hamster kauf"),
        ("Liebesbrief", "liebe brief"),
        ("Tagesreise", "tag reise"),
        ("Sonnenblume", "sonne blume"),
        ("Kindergarten", "kind garten"),
        ("Waschbär", "waschen bär"),
        ("Wanderschuh", "wandern schuh"),
        ("Kühlhaus", "kühl haus"),
        ("Spiegelei", "spiegel ei"),
    ],
)
def test_parts_are_headwords_with_a_joint_between(word, parts):
    assert split(word) == [parts]


def test_the_shorter_part_is_as_long_as_can_be():
    assert split("Staubecken") == ["staub ecken"]


def test_an_ending_that_derives_is_no_part():
    assert split("Hausschaft") == []


def test_what_is_no_compound_of_headwords_is_not_split():
    assert split("Handschuhe") == split("Kaufkauz") == split("Hand") == []


def test_three_parts_where_two_will_not_do():
    assert split("Dampfschiffmann") == ["dampf schiff mann"]


def test_joints_are_those_of_the_language():
    words = {"stad": NOUN, "hus": NOUN}
    assert split("stadshus", "sv", words) == ["stad hus"]
    assert split("stadenhus", "sv", words) == []


def test_short_words_of_no_told_kind_are_no_parts():
    words = {"vertellen": NOUN, "tellen": NOUN, "ver": Kind.UNTOLD}
    assert split("vertellen", "nl", words) == []
    assert split("vertellen", "nl", {**words, "ver": ADJECTIVE}) == ["ver tellen"]
