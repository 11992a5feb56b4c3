"""What is prose and what is not: counted by hand, and over texts of many kinds."""

from pathlib import Path

import polars as pl
import pytest

from provenance.signals.prose import Prose
from provenance.text.words import count_words
from provenance.train.attacks import ATTACKS
from provenance.verdict import VerdictOptions
from tests.signals.not_prose import load_not_prose

ROOT = Path(__file__).parents[2]
NOT_PROSE = load_not_prose()
REPOSITORY = (
    "Makefile", "pyproject.toml", "requirements.lock", "provenance/text/shingles.py", "provenance/signals/length.py",
    "provenance/verdict/weighing.py", "tests/signals/test_laws.py", "provenance/models/manifest.json",
)  # fmt: skip
LONG = "The ferry was late again on Tuesday, and nobody at the ticket window could say why that was so."  # 19 words
SENTENCE = "The ferry was late."  # 4 words
PROSE = {
    "paragraphs with a heading": f"The Ferry\n\n{LONG} {LONG}\n\nWhy it was late\n\n{LONG} {LONG}",
    "forum post without capitals or marks": (
        "so i bought this boat last year from a guy in kiel and the engine just wont start when its cold\n"
        "tried new plugs and a new battery and its still the same does anyone know what else it could be\n"
        "my neighbour says its the fuel pump but he says that about everything so i am not sure i trust him"
    ),
    "dialogue": '"Who is it?"\n\n"It is only me."\n\n"You are late again."\n\n"The ferry was, not I."\n\nShe laughed.',
    "steps": (
        "1. Open the box and take out the four legs.\n2. Turn the table over.\n3. Screw in each of the legs.\n"
        "4. Ask somebody to help you turn it back.\n5. Wipe it with a damp cloth."
    ),
    "list of full sentences": (
        "The harbour has three things to offer:\n\n"
        "* **Safety**: The pier keeps the waves out, even when the wind blows hard from the north.\n"
        "* **Space**: There is room for two hundred boats, and for the visitors who come in summer.\n"
        "* **Company**: In the evening the sailors meet at the old crane and talk about the day"
    ),
    "hard-wrapped": (
        "The harbour wakes before the town does. Two men in yellow coats\n"
        "carry crates of ice along the quay, and the gulls follow them,\n"
        "quarrelling. Has anyone seen the ferry? It was late on Tuesday,\n"
        "and again today; nobody knows why."
    ),
    "one line": " ".join([LONG] * 6),
    "capitals": f"{LONG} {LONG}".upper(),
    "formulas": (
        "Let $f(x)$ be a function of the form $x^2 + a$, where $a$ is small. We show that for all $x > 0$ there is one "
        "point at which the derivative of it is the same as that of $g$, and that this does not depend on $a$."
    ),
    "addresses in sentences": (
        "I found [this page](https://example.org/a/b/c/d/e.html?x=1&y=2) about the engine, and it says the same as the "
        "one at http://www.example.com/forum/view.php?id=17 that you have sent to me the other day."
    ),
    "conversation with speakers": f"Anna: {LONG}\nBen: {LONG} {LONG}\nAnna: {LONG}",
}
OTHER_LANGUAGES = {
    "de": "Der Hafen erwacht vor der Stadt, und zwei Männer in gelben Jacken tragen Kisten mit Eis über den Kai.",
    "ja": "Pythonは、多くのWeb APIで使われているプログラミング言語です。港は町より先に目を覚まし、船は出て行く。",
    "zh": "我们用 React 和 TypeScript 写了一个新的网站，大家都可以在上面查看渡轮的时间表，也可以直接购买船票。",
    "fi": "Satama herää ennen kaupunkia, ja keltatakkiset miehet kantavat jäälaatikoita laituria pitkin varastoon.",
    "ru": "Порт просыпается раньше города, и двое мужчин в жёлтых куртках несут ящики со льдом вдоль причала.",
}


def measure(text: str | None, language: str | None = "en") -> dict[str, float | None]:
    frame = pl.DataFrame({"text": [text], "language": [language]}, schema={"text": pl.String, "language": pl.String})
    return Prose().measure(frame).row(0, named=True)


def share(text: str, language: str | None = "en") -> float:
    found = measure(text, language)["prose_share"]
    assert found is not None
    return found


@pytest.mark.parametrize("name", NOT_PROSE)
def test_what_is_not_prose_is_below_the_threshold(name):
    assert share(NOT_PROSE[name]) < VerdictOptions().min_prose


def test_no_text_is_refused_for_its_length_alone():
    words = pl.DataFrame({"text": list(NOT_PROSE.values())}).select(count_words(pl.col("text"))).to_series()
    assert len(words) >= 60
    assert words.min() >= VerdictOptions().min_words


@pytest.mark.parametrize("path", REPOSITORY)
def test_files_of_this_repository_are_not_prose(path):
    assert share((ROOT / path).read_text(encoding="utf-8")) < VerdictOptions().min_prose


@pytest.mark.parametrize("name", PROSE)
def test_prose_is_above_the_threshold(name):
    assert share(PROSE[name]) > 0.75


@pytest.mark.parametrize("language", OTHER_LANGUAGES)
def test_prose_in_other_languages_is_prose(language):
    assert share(OTHER_LANGUAGES[language], language) == 1.0


def test_words_of_a_heading_are_not_in_prose():
    assert measure(f"The Ferry\n\n{LONG}") == {"prose_share": 19 / 21, "prose_words": 19}


@pytest.mark.parametrize(
    ("text", "n"),
    [
        (SENTENCE, 4),
        ("The ferry was late", 0),  # nothing closes it
        (f"On the old pier\n{SENTENCE}", 0),  # a line of verse goes on
        (f"On the old pier\n\n{SENTENCE}", 4),
        ('She said: "The ferry was late." \n', 6),
        (f"{LONG[:-1]}", 19),  # long lines need no mark
        ("Ferry | Tram | Bus.", 0),
        ("Ferry\t12\tTram.", 0),
        ("1 2 3 go.", 0),
        ("ferry.run(now); tram.run(now); bus.run.", 0),
    ],
)
def test_words_in_prose_are_counted(text, n):
    assert measure(text)["prose_words"] == n


def test_small_words_are_asked_for_only_where_they_are_known():
    keywords = "boat engine repair harbour crane rental winter storage marine paint rope anchor chain sail"
    assert [share(keywords, language) for language in ("en", "fi", None)] == [0.0, 1.0, 1.0]


def test_comments_stand_in_code_where_there_is_code():
    comment = "    The ring is empty when head and tail are one and the same, and full one step before.\n"
    code = "    if (head == tail) { return -1; }\n"
    assert measure(comment * 4)["prose_words"] == 4 * 18
    assert measure(comment * 4 + code * 4)["prose_words"] == 0


def test_letters_of_a_second_script_are_loanwords_up_to_a_share():
    assert share(f"{LONG} {LONG} вчера") == 1.0
    assert share(f"{LONG} вчера сегодня завтра потом снова") == 0.0


def test_latin_terms_are_at_home_in_other_scripts_up_to_a_share():
    terms = (
        "Библиотека React использует JavaScript, а сервер отвечает через HTTP и хранит данные в таблицах PostgreSQL."
    )
    assert share(terms, "ru") == 1.0
    assert share(f"{terms} React JavaScript HTTP PostgreSQL Python Docker", "ru") == 0.0


def test_an_address_is_one_word_and_no_code():
    assert measure(f"{LONG} See http://www.example.com/forum/view.php?id=17&page=2&sort=up#a for that.") == {
        "prose_share": 1.0,
        "prose_words": 23,
    }


def test_characters_that_cannot_be_seen_part_no_words():
    assert measure("\u200b".join(LONG))["prose_words"] == 19


def test_letters_of_another_script_in_disguise_are_read_as_what_they_look_like():
    assert share(LONG.replace("e", "е").replace("a", "а")) == 1.0  # Cyrillic


def test_characters_of_scripts_without_spaces_are_words():
    assert measure("港は町より先に目を覚ます。", "ja")["prose_words"] == 12


@pytest.mark.parametrize("text", ["", None, " \n ", "?! ..."])
def test_a_text_without_words_has_no_share(text):
    assert measure(text) == {"prose_share": None, "prose_words": None}


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_do_not_make_prose_something_else(attack):
    attacked = ATTACKS[attack](pl.Series([PROSE["one line"], PROSE["hard-wrapped"]]), 0.1, 1)
    assert [share(text) for text in attacked] == [1.0, 1.0]


def test_two_bars_do_not_make_a_table_of_a_long_line():
    line = "The river rose in the night and the people of the lower town left their houses for the hill. " * 5
    assert share(line + "| |") == share(line)
