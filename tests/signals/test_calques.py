"""Calques: what counts as used, what as mentioned, where hits lie, and what the lexicon must not hold."""

import pickle
import re
from collections import Counter
from itertools import groupby
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import ConfigError
from provenance.signals.calques import LANGUAGES, LEXICON, LEXICON_COLUMNS, Calques
from provenance.signals.catalogue import load_signals
from provenance.signals.inflect import compound_forms, forms_of
from provenance.signals.matcher import Found, fold, keep_longest, read_lexicon
from provenance.signals.options import SignalOptions, pin_lexicons

SHARED = Path("../shared/data")
LATIN = "[A-Za-z\u00c0-\u024f]+"
SCRIPTS = {"ru": "[\u0400-\u04ff]+", "zh": "[\u4e00-\u9fff]+", "ja": "[\u3041-\u30ff\u4e00-\u9fff々]+"}


def measure(*texts: str | None, language: str | None = "en", signal: Calques | None = None) -> pl.DataFrame:
    batch = pl.DataFrame({"text": texts, "language": [language] * len(texts)}, schema={"text": str, "language": str})
    return (signal or Calques()).measure(batch)


def matches(text: str, language: str | None = "en") -> list[str] | None:
    hits = measure(text, language=language)["calque_hits"].to_list()[0]
    return None if hits is None else [hit["match"] for hit in hits]


def test_hamster_buying_is_found_and_explained():
    hit = measure("There was hamster buying in March.")["calque_hits"].to_list()[0][0]
    assert hit == {
        "start": 10,
        "end": 24,
        "match": "hamster buying",
        "detail": "hamster buying: German Hamsterkauf, panic buying",
    }


@pytest.mark.parametrize(
    "form", ["hamster purchase", "hamster purchases", "Hamster purchases", "hamster-buying", "hamster\nshopping"]
)
def test_variants_of_the_hamster_are_found(form):
    assert matches(f"People made {form} all week.") == [form]


def test_a_heading_has_capitals_and_a_name_has_them_alone():
    assert matches("New Rules Against Hamster Purchases In Spring\nThe council met.") == ["Hamster Purchases"]
    assert matches("On Tuesday Hamster Purchases released their second album with eleven songs.") == []


@pytest.mark.parametrize(
    "text",
    [
        "The so-called 'hamster purchases' emptied the shops.",
        'Germans speak of "hamster buying" then.',
        "Germans speak of “hamster buying” then.",
        "They speak of „hamster buying“ then.",
        "They speak of « hamster buying » then.",
        "They speak of »hamster buying« then.",
        "They speak of ‘hamster buying’ then.",
        "They speak of 「hamster buying」 then.",
        "The German word Hamsterkauf, literally hamster buying, is old.",
        "This is known as hamster buying.",
        "It is called hamster buying there.",
        "Hamster buying, literally.",
        "Hamsterkäufe were seen everywhere, and hamster purchases went on.",
        "In Germany they say hamster buying: the German for panic.",
        "There was hamster buying, panic buying to you and me.",
        "Nobody would write hamster buying in idiomatic English.",
        "He could hamster buying and selling all day.",
    ],
)
def test_a_mention_is_no_use(text):
    assert matches(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "The dogs' owners did hamster buying, and it didn't help.",
        '"No," she said. There was hamster buying. "Yes."',
        '"We were all surprised by the hamster buying of our neighbours, and nobody in the whole of the town knew why '
        'it began at all," said the mayor of the town.',
        '"Hamster buying is what we all did in those weeks, and nobody in the whole of the town knew why," she said.',
    ],
)
def test_quotation_marks_elsewhere_do_not_hide_a_use(text):
    assert [match.lower() for match in matches(text) or []] == ["hamster buying"]


@pytest.mark.parametrize("text", ["hamster buyings", "superhamster buying", "hamster  buyin", "a hamster. Buying it"])
def test_words_must_be_whole_and_together(text):
    assert matches(text) == []


def test_offsets_are_code_points_of_the_text_as_it_stands():
    text = "İstanbul 🐹🐹 naïve: the hamster buying began."
    hit = measure(text)["calque_hits"].to_list()[0][0]
    assert text[hit["start"] : hit["end"]] == hit["match"] == "hamster buying"


def test_other_languages_are_not_measurable():
    row = measure("Es gab hamster buying.", language="de").row(0)
    assert row == (None, None, None, None)


def test_an_unknown_language_is_tried():
    assert matches("There was hamster buying.", language=None) == ["hamster buying"]


@pytest.mark.parametrize("text", ["", "  \n", None])
def test_empty_text_is_not_measurable(text):
    assert measure(text).row(0) == (None, None, None, None)


def test_counts_density_and_source_languages():
    text = "Hamster buying again. " + "plain " * 18 + "They buy a cat in a sack."
    row = measure(text).row(0, named=True)
    assert (row["calque_count"], row["calque_n_sources"]) == (2, 1)
    assert row["calque_density"] == pytest.approx(1000 * 2 / 28)


def test_no_calque_is_a_zero_not_a_null():
    assert measure("A plain sentence.").row(0) == (0, 0.0, 0, [])


def test_a_document_is_measured_alone():
    one, two = "Hamster buying.", "She lives like God in France."
    assert measure(one, two).equals(pl.concat([measure(one), measure(two)]))


def test_verbs_inflect_and_slots_are_filled():
    assert matches("He threw the gun in the grain and had tomatoes on his eyes.") == [
        "threw the gun in the grain",
        "had tomatoes on his eyes",
    ]


def test_of_two_that_overlap_the_longer_stands():
    assert matches("They bought a cat in a sack.") == ["bought a cat in a sack"]


def test_the_signal_pickles_to_an_equal_object():
    signal = Calques(quote_reach=30)
    assert pickle.loads(pickle.dumps(signal)) == signal


def test_a_lexicon_that_is_none_is_a_config_error(tmp_path):
    bad = tmp_path / "bad.tsv"
    bad.write_text("\t".join(LEXICON_COLUMNS) + "\none\ttwo\n")
    with pytest.raises(ConfigError, match=r"bad\.tsv, line 2"):
        measure("text", signal=Calques(lexicon=bad))


def test_a_missing_lexicon_is_a_config_error(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        measure("text", signal=Calques(lexicon=tmp_path / "none.tsv"))


def shipped() -> list[dict[str, str]]:
    return read_lexicon(LEXICON, LEXICON_COLUMNS)


def test_the_shipped_lexicon_holds_1500_expressions_and_100_of_every_language():
    expressions = Counter(
        language for language, _ in {(r["source_language"], r["source_expression"]) for r in shipped()}
    )
    assert set(expressions) == set(LANGUAGES)
    assert expressions.total() >= 1500
    assert min(expressions.values()) >= 100


def test_every_row_of_the_shipped_lexicon_has_all_its_values():
    rows = shipped()
    assert [row for row in rows for value in row.values() if not value.strip() or value != value.strip()] == []


def test_source_expressions_are_in_the_script_of_their_language():
    expressions = {(row["source_language"], row["source_expression"]) for row in shipped()}
    letters = {(lang, text): re.sub(r"[\W\d]", "", text) for lang, text in expressions}
    assert [key for key, word in letters.items() if not re.fullmatch(SCRIPTS.get(key[0], LATIN), word)] == []


def test_no_two_forms_of_the_shipped_lexicon_are_the_same():
    counts = Counter(fold(row["calque"]) for row in shipped())
    assert [form for form, count in counts.items() if count > 1] == []


def test_a_form_of_the_shipped_lexicon_is_not_its_meaning_and_has_two_words():
    rows = shipped()
    assert [row["calque"] for row in rows if fold(row["calque"]) == fold(row["meaning"])] == []
    assert [row["calque"] for row in rows if len(fold(row["calque"]).split()) < 2] == []


def test_rows_of_a_language_stand_together_in_the_shipped_lexicon():
    assert len([language for language, _ in groupby(row["source_language"] for row in shipped())]) == len(LANGUAGES)


def test_forms_of_a_verb_and_of_a_noun():
    assert forms_of("bite into the grass")[:4] == [
        "bite into the grass",
        "bites into the grass",
        "biting into the grass",
        "bit into the grass",
    ]
    assert forms_of("donkey bridge") == ["donkey bridge", "donkey bridges"]


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="needs the development data")
def test_dated_human_english_hardly_uses_the_lexicon():
    human = pl.read_parquet(SHARED / "human/human_dated.parquet").filter(pl.col("lang") == "en").head(3000)
    measured = Calques().measure(human.select("text", pl.col("lang").alias("language")))
    assert measured["calque_count"].sum() <= 3


def write_lexicon(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(("\t".join(LEXICON_COLUMNS), *rows, "")), encoding="utf-8")
    return path


SHOE = "ghost shoe\tde\tGeisterschuh\tphantom limb\tbuilt: geist + schuh"


@pytest.mark.parametrize("empty", ["", " ", "-"])
def test_a_row_without_a_calque_is_a_config_error(tmp_path, empty):
    bad = write_lexicon(tmp_path / "bad.tsv", SHOE, SHOE.replace("ghost shoe", empty))
    with pytest.raises(ConfigError, match=r"bad\.tsv, line 3: no calque"):
        measure("text", signal=Calques(extra=(bad,)))


def test_a_mark_of_order_at_the_start_of_a_lexicon_is_no_part_of_it(tmp_path):
    own = write_lexicon(tmp_path / "own.tsv", SHOE)
    own.write_bytes(b"\xef\xbb\xbf" + own.read_bytes())
    assert measure("He wore a ghost shoe.", signal=Calques(extra=(own,)))["calque_count"].to_list() == [1]


def test_a_word_of_one_letter_has_a_plural():
    assert compound_forms("y") == ["y", "ys"]


def test_a_pinned_lexicon_that_has_changed_is_a_config_error(tmp_path):
    own = write_lexicon(tmp_path / "own.tsv", SHOE)
    options = pin_lexicons(SignalOptions((own,)))
    write_lexicon(own, SHOE.replace("limb", "arm"))
    (signal,) = (signal for signal in load_signals((), options) if isinstance(signal, Calques))
    with pytest.raises(ConfigError, match=r"own\.tsv: changed since"):
        measure("text", signal=signal)
    assert measure("A ghost shoe.", signal=Calques(extra=pin_lexicons(SignalOptions((own,))).calque_lexicons)).height


def longest_of_each(found: list[Found]) -> list[Found]:
    kept: list[Found] = []
    for one in sorted(found, key=lambda f: (f.start - f.end, f.start)):
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda f: f.start)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12)), max_size=30))
def test_none_overlaps_another_and_the_longer_stand(places):
    found = [Found(start, start + length, entry) for entry, (start, length) in enumerate(places)]
    assert keep_longest(found) == longest_of_each(found)


def test_a_hit_is_compared_with_its_neighbours_only():
    asked = Counter[str]()

    class Place:
        def __init__(self, start: int) -> None:
            self._start = start

        @property
        def start(self) -> int:
            asked["start"] += 1
            return self._start

        @property
        def end(self) -> int:
            asked["end"] += 1
            return self._start + 5

    keep_longest([Place(10 * at) for at in range(1000)])  # type: ignore[misc]
    assert asked.total() < 1000 * 40
