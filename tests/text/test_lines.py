"""What stands in a line, counted by hand."""

import numpy as np
import polars as pl
import pytest

from provenance.text.lines import CODE, LOWER, SINGLE, STOP, TAB, UPPER, read_lines
from provenance.text.scripts import HAN, LATIN, N_SCRIPTS, OTHER_SCRIPT, script_table
from provenance.text.small_words import are_small, small_words
from provenance.text.words import count_words


def one(line: str, name: str) -> int:
    (found,) = getattr(read_lines([line]), name)
    return int(found)


@pytest.mark.parametrize(
    ("line", "name", "n"),
    [
        ("Don't ask twenty-one 7th men", "words", 5),
        ("Don't ask twenty-one 7th men", "numbers", 1),
        ("Don't ask Anna", "capitals", 2),
        ("THE ship of it isn’t IN port", "small", 4),
        ("港 A 8", "singles", 1),
        ("港 A 8", "words", 3),
        ("港 A 8", "width", 6),
        ("a = b[0]; // c", "signs", 5),
        ("call(x) and a (bracket)", "signs", 1),
        ("snake_case and file.name, 3.5 at 12:30", "signs", 2),
        ("One, two; e g. three.", "signs", 1),
        ("a | b · c", "bars", 2),
        ("\ta\tb", "bars", 1),
        ("   a", "indent", 3),
        ("a", "indent", 0),
        ("a b", "width", 3),
        (" Anna", "first", UPPER),
        ("\tAnna", "first", UPPER),
        ("# note", "first", CODE),
        ('He said "no."', "last", STOP),
        ("**He said no.** ", "last", STOP),
        ("return a;", "last", CODE),
        ("no mark", "last", LOWER),
        ("港", "last", SINGLE),
    ],
)
def test_a_line_is_counted(line, name, n):
    assert one(line, name) == n


def test_lines_belong_to_their_texts():
    lines = read_lines(["one\ntwo three", "", "four\n"])
    assert lines.offsets.tolist() == [0, 2, 3, 5]
    assert lines.words.tolist() == [1, 2, 0, 1, 0]


def test_a_text_is_read_alone():
    texts = ["One ferry.\n  two", "港は\n\nx = y", "", "Three (3) men"]
    together = read_lines(texts)
    for number, text in enumerate(texts):
        alone = read_lines([text])
        rows = slice(together.offsets[number], together.offsets[number + 1])
        for name in ("words", "small", "signs", "bars", "width", "indent", "first", "last"):
            assert getattr(together, name)[rows].tolist() == getattr(alone, name).tolist()
        assert together.scripts[number].tolist() == alone.scripts[0].tolist()


def test_words_are_those_of_the_document():
    texts = ["Don't e-mail 港は O’Neill's 3,5 a_b x-", "สวัสดี hello мир 12-й --a--", ""]
    counted = pl.DataFrame({"text": texts}).select(count_words(pl.col("text"))).to_series().to_list()
    lines = read_lines(texts)
    assert lines.words.tolist() == counted


def test_words_are_counted_by_script():
    scripts = np.zeros(N_SCRIPTS, int)
    scripts[[LATIN, HAN]] = (2, 2)
    scripts[0] = 1
    assert read_lines(["two words 12 港は"]).scripts[0].tolist() == scripts.tolist()
    assert script_table()[ord("ა")] == OTHER_SCRIPT


def test_every_small_word_is_found_and_longer_ones_are_not():
    words = [*small_words(), "thea", "ferry", "theory"]
    codes = np.frombuffer(" ".join(words).encode("utf-32-le"), np.uint32)
    ends = np.cumsum([len(word) + 1 for word in words]) - 1
    starts = ends - [len(word) for word in words]
    assert are_small(codes, starts, ends).tolist() == [True] * (len(words) - 3) + [False] * 3


def test_a_tab_before_a_line_is_no_bar():
    lines = read_lines(["\t\ta"])
    assert (lines.bars[0], lines.indent[0], lines.first[0]) == (0, 2, LOWER)
    assert TAB not in lines.first
