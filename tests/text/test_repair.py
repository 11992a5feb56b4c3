"""Mended texts: attacks are undone, honest text in any script stays."""

import unicodedata

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.text.confusables import find_disguises, load_alikes, load_table
from provenance.text.repair import find_incompatible, repair_text, repair_texts
from provenance.train.attacks import insert_zero_width, replace_homoglyphs

ENGLISH = (
    "The harbour wakes before the town does. Two men in yellow coats carry crates of ice along the quay, and I saw "
    "that gulls follow them! It's late; if the ferry (built in 1987) is slow, I'll wait. All of the VII ships of NASA "
    "look like IBM's APIs, but let it be: Illinois lies far away."
)
HONEST = [
    "Привет, мир! Это обычный русский текст, а не подделка: рост, сорок, Хорхе и IТ-компания.",
    "А роза упала на лапу Азора. Сосо, ухо, осе, хор.",
    "Η Αθήνα είναι η πρωτεύουσα της Ελλάδας. Το νερό και ο ουρανός.",
    "中文的文本没有空格，但是有CPU和USB。",
    "می‌خواهم کتاب‌ها را بخوانم",
    "क्‍ष और र्‍य",
    "שלום עולם, זה טקסט רגיל",
    "TNFα and IFNγ act on NFκB; σmax, αB-crystallin, x ∈ A∪B and β-carotene are names, the α of a series is not an a.",
    "Þórður Æsop naïve façade Straße ısı kalabalık",
    "👨‍👩‍👧 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣ 👍🏽",
    "ᎠᏂᏴᏫᏯ ᎦᏬᏂᎯᏍᏗ",
    "ꓡꓲꓢꓴ ꓐꓬꓲ ꓕꓳ",
    'An essay on "Война и мир" by Tolstoy, and his "Воскресение", which she had read in Russian at school.',
]
WORDS = [word.strip(".,;:!()") for word in ENGLISH.split()]


def mend(text: str | None) -> str | None:
    mended: str | None = repair_texts(pl.Series([text], dtype=pl.String))[0]
    return mended


@pytest.mark.parametrize("text", HONEST)
def test_honest_text_stays(text: str) -> None:
    assert mend(text) == unicodedata.normalize("NFKC", text)


@pytest.mark.parametrize(
    ("damaged", "mended"),
    [
        ("he\u200bl\u2060lo", "hello"),
        ("soft\u00adhyphen", "softhyphen"),
        ("\ufeffmark", "mark"),
        ("blank\u3164letter and\u2800 \U000e0061tags", "blankletter and tags"),
        ("x\ufe0fy", "xy"),
        ("wоrld of pаypаl", "world of paypal"),
        ("the wоrd TNFα", "the word TNFα"),
        ("𝐇𝐞𝐥𝐥𝐨 ｆｕｌｌ", "Hello full"),
        ("cafÃ© dâ€™accord, nÃ£o", "café d’accord, não"),
        ("РџСЂРёРІРµС‚", "Привет"),
        ("Mа\u200bуbе", "Maybe"),
        ("ѕчхо and wоrds", "ѕчхо and words"),
    ],
)
def test_damage_is_mended(damaged: str, mended: str) -> None:
    assert mend(damaged) == mended


def test_every_letter_with_a_cyrillic_twin_replaced_comes_back() -> None:
    twins = str.maketrans("aceopxysijABCEHIKMOPTXSJ", "асеорхуѕіјАВСЕНІКМОРТХЅЈ")
    attacked = ENGLISH.translate(twins)
    assert attacked != ENGLISH
    assert mend(attacked) == ENGLISH


@pytest.mark.parametrize(
    "word", ["I", "It", "like", "All", "all", "API", "APIs", "VII", "OSI", "API's", "I'll", "Illinois", "O", "Oil"]
)
def test_look_alikes_of_more_than_one_letter_are_told_apart(word: str) -> None:
    attacked = word.replace("I", "ا").replace("l", "ا").replace("O", "О")
    assert mend(f"the wоrds thаt wе саrry: {attacked}") == f"the words that we carry: {word}"


@given(st.permutations(WORDS), st.sampled_from([0.2, 0.5, 1.0]), st.integers(0, 10_000))
@settings(deadline=None, max_examples=150)
def test_the_homoglyph_attack_is_undone(words: list[str], rate: float, seed: int) -> None:
    text = " ".join(words)
    assert mend(replace_homoglyphs(pl.Series([text]), rate, seed)[0]) == text


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)), st.floats(0, 1), st.integers(0, 10_000))
@settings(deadline=None)
def test_the_zero_width_attack_is_undone(text: str, rate: float, seed: int) -> None:
    assert mend(insert_zero_width(pl.Series([text]), rate, seed)[0]) == text


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126) | st.sampled_from("\t\n\r\x0b\x0c")))
def test_ascii_stays(text: str) -> None:
    assert mend(text) == text


ODD = st.text(st.sampled_from("aIl1O0 'оаАІα’é\u200b\u200d\u00adÃ©â€™РџСЂ❤️ｆЖ中می\u200c\u0301\ufeff\x01\n"))


@given(st.one_of(st.text(), ODD))
@settings(deadline=None, max_examples=400)
def test_a_mended_text_stays(text: str) -> None:
    assert mend(mend(text)) == mend(text)


@given(st.lists(st.one_of(st.none(), ODD), max_size=6))
@settings(deadline=None)
def test_a_text_is_mended_alone(texts: list[str | None]) -> None:
    assert repair_texts(pl.Series(texts, dtype=pl.String)).to_list() == [mend(text) for text in texts]


@pytest.mark.parametrize("char", ["\x00", "\x01", "\x08", "\x0e", "\x1b", "\x7f"])
@pytest.mark.parametrize("text", ["plain words of a text", "café words of a text", "क्या यह सच है"])
def test_controls_inside_words_go(char: str, text: str) -> None:
    assert mend(char.join(text)) == text


def test_tabs_and_ends_of_lines_are_no_such_controls() -> None:
    text = "one\ttwo\nthree\r\nfour\x0bfive\x0csix"
    assert mend(text) == text


def test_foreign_words_stay_where_more_are_truly_foreign_than_disguised() -> None:
    text = "the wоrds thаt wе sang: хор пел «Вечерний звон», а осе снилась роза"
    assert mend(text) == "the words that we sang: хор пел «Вечерний звон», а осе снилась роза"


def test_null_stays_null_and_the_column_itself_unchanged() -> None:
    texts = pl.Series("t", [None, "he\u200bllo", "plain"])
    assert repair_texts(texts).to_list() == [None, "hello", "plain"]
    assert texts.to_list() == [None, "he\u200bllo", "plain"]


def test_as_an_expression_in_a_lazy_frame() -> None:
    frame = pl.LazyFrame({"text": ["he\u200bllo", None]}).select(repair_text(pl.col("text")))
    assert frame.collect()["text"].to_list() == ["hello", None]


def test_a_disguise_has_its_place() -> None:
    found = find_disguises("Hello, my pаypаl!")
    assert [(one.start, one.word, one.read) for one in found] == [(10, "pаypаl", "paypal")]


def test_the_table_is_whole() -> None:
    assert len(load_table()) > 5500
    assert load_table()["ⅿ"] == "rn"


def test_ascii_is_never_replaced() -> None:
    assert not [char for char in load_alikes() if char.isascii()]


@pytest.mark.parametrize("char", ["а", "ο", "\U0001ccd6", "ᴡ", "ⲟ", "ꓳ", "𐊆"])
def test_letters_of_many_scripts_are_in_the_table(char: str) -> None:
    assert load_alikes()[char].letter.isascii()


def test_what_the_compatibility_form_changes_is_always_found() -> None:
    characters = pl.Series([chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000])
    decomposed = characters.str.normalize("NFD")
    texts = pl.concat([characters, decomposed, "a" + decomposed])
    found = texts.str.contains(find_incompatible())
    assert not ((texts != texts.str.normalize("NFKC")) & ~found).any()
    assert (~found).sum() > 20_000  # most of what is written: else the look is in vain
