"""Dictionaries in three formats, told by their content; bad files and bad lines are named."""

import gzip
from pathlib import Path

import pytest

from provenance.adapters.dictionaries import ReadDictionary, read_dictionaries
from provenance.errors import ConfigError
from provenance.train.calques.entries import Entry, Kind

DING = """# Version :: 1
Haus {n}; Gebäude {n} [arch.] | Häuser {pl} (mehrere; viele) :: house; building | houses
etw. trinken; schlürfen {vt} [ugs.] | trank :: to drink sth. {drank; drunk} | drank
kühl {adj} :: cool; chilly (weather)
Kreuz und quer :: to and fro
"""
HAUS, GEBAEUDE = (Entry(word, Kind.NOUN, ("house", "building")) for word in ("Haus", "Gebäude"))
TEI = """<?xml version="1.0" encoding="UTF-8"?>
<TEI xmlns="http://www.tei-c.org/ns/1.0"><text><body>
<entry><form><orth>Haus</orth></form><gramGrp><pos>n</pos></gramGrp>
<sense><cit type="trans"><quote>house</quote></cit><cit type="trans"><quote>building</quote></cit></sense>
<sense><cit type="example"><quote>das Haus</quote></cit></sense></entry>
<entry><form><orth>gehen</orth></form><gramGrp><pos>v</pos></gramGrp>
<sense><cit type="trans"><quote>to go</quote></cit></sense></entry>
</body></text></TEI>
"""
ARTICLES = [
    "00databaseinfo\nA dictionary\n",
    "Haus /haʊs/ <neut, n, sg>\nhouse <n>, building <n>\n   Synonyms: {Gebäude}\n",
    "gehen /ɡeːən/ <v>\n1. go\n2. walk [coll.]\n",
]
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def read(path: Path, content: str | bytes) -> ReadDictionary:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_dictionaries([path])[0]


def in_digits(number: int) -> str:
    rest, digit = divmod(number, 64)
    return (in_digits(rest) if rest else "") + DIGITS[digit]


def write_dictd(folder: Path, *, packed: bool) -> Path:
    stored, lines = b"", []
    for article in ARTICLES:
        content = article.encode()
        lines.append(f"{article.split()[0].lower()}\t{in_digits(len(stored))}\t{in_digits(len(content))}")
        stored += content
    (folder / ("x.dict.dz" if packed else "x.dict")).write_bytes(gzip.compress(stored) if packed else stored)
    (folder / "x.index").write_text("\n".join([*lines, ""]))
    return folder / "x.index"


def test_ding_pairs_forms_with_their_translations(tmp_path: Path) -> None:
    found = read(tmp_path / "de-en", DING)
    assert found.format == "Ding"
    assert found.entries[:3] == (HAUS, GEBAEUDE, Entry("Häuser", Kind.PLURAL, ("houses",)))
    assert found.bad == ()


def test_ding_objects_and_remarks_are_no_part_of_a_word(tmp_path: Path) -> None:
    found = {entry.headword: entry for entry in read(tmp_path / "de-en", DING).entries}
    assert found["trinken"] == Entry("trinken", Kind.VERB, ("drink",))
    assert found["schlürfen"].kind is Kind.VERB
    assert found["kühl"] == Entry("kühl", Kind.ADJECTIVE, ("cool", "chilly"))
    assert "Kreuz und quer" not in found


def test_lines_that_are_none_are_named(tmp_path: Path) -> None:
    assert read(tmp_path / "de-en", DING + "no sides here\n:: nothing\n").bad == (
        "line 6: no two sides parted by ::",
        "line 7: no two sides parted by ::",
    )


def test_gzip_is_undone(tmp_path: Path) -> None:
    assert read(tmp_path / "de-en.gz", gzip.compress(DING.encode())).entries[0] == HAUS


def test_tei(tmp_path: Path) -> None:
    found = read(tmp_path / "x.tei", TEI)
    assert (found.format, found.entries) == ("TEI", (HAUS, Entry("gehen", Kind.VERB, ("go",))))


@pytest.mark.parametrize("packed", [False, True])
def test_dictd(tmp_path: Path, packed: bool) -> None:
    index = write_dictd(tmp_path, packed=packed)
    (found,) = read_dictionaries([index])
    assert found.format == "dictd"
    assert found.entries == (HAUS, Entry("gehen", Kind.VERB, ("go",)), Entry("gehen", Kind.VERB, ("walk",)))
    articles = index.with_name("x.dict.dz" if packed else "x.dict")
    assert read_dictionaries([articles])[0].entries == found.entries


def test_an_index_that_points_behind_its_articles_is_told(tmp_path: Path) -> None:
    index = write_dictd(tmp_path, packed=False)
    index.write_text(index.read_text() + "zoo\tB\tZZZ\n")
    assert read_dictionaries([index])[0].bad == ("line 4: points behind the end of the articles",)


def test_a_lone_index_names_what_is_missing(tmp_path: Path) -> None:
    index = write_dictd(tmp_path, packed=False)
    (tmp_path / "x.dict").unlink()
    with pytest.raises(ConfigError, match=r"x\.dict\.dz is not beside it"):
        read_dictionaries([index])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "line 1: in no format"),
        ("just\nsome\nwords\n", "line 1: in no format"),
        (TEI[:300], "line 5: not well-formed XML"),
        (TEI.replace("quote>", "q>"), "without a single entry"),
        (DING.encode("latin-1"), "line 2: no UTF-8"),
        (gzip.compress(DING.encode())[:-9], "cannot be read"),
    ],
)
def test_a_file_that_is_no_dictionary_says_what_to_do(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read(tmp_path / "x", content)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="none: the dictionary cannot be read"):
        read_dictionaries([tmp_path / "none"])


@pytest.mark.parametrize("encoding", ["foo", "utf-7"])
def test_an_encoding_that_cannot_be_read_is_named(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(ConfigError, match=r"x\.tei, line 1: its encoding"):
        read(tmp_path / "x.tei", TEI.replace("UTF-8", encoding))


def test_a_line_too_long_is_passed_over_and_named(tmp_path: Path) -> None:
    found = read(tmp_path / "de-en", DING + "lang {adj} :: " + "long; " * 2000 + "\n")
    assert found.bad == ("line 6: 12,014 characters, more than 8,000",)
    assert "lang" not in {entry.headword for entry in found.entries}


def test_a_number_too_long_is_none(tmp_path: Path) -> None:
    index = write_dictd(tmp_path, packed=False)
    index.write_text(index.read_text() + "haus\t" + "A" * 50_000 + "\tB\n")
    assert read_dictionaries([index])[0].bad == ("line 4: no index line (headword, offset, length)",)


@pytest.mark.parametrize(
    ("article", "said"),
    [
        ("Baum <n>\n" + "tree, " * 2000 + "\n", "a line of 12,000 characters"),
        ("Baum" + " /" * 300 + "<n>\ntree\n", "no headword"),
        ("Baum <n>\n" + "tree\n" * 15_000, "an article of 75,009 bytes"),
    ],
)
def test_an_article_too_long_is_passed_over_and_named(tmp_path: Path, article: str, said: str) -> None:
    index = write_dictd(tmp_path, packed=False)
    stored = (tmp_path / "x.dict").read_bytes()
    (tmp_path / "x.dict").write_bytes(stored + article.encode())
    index.write_text(f"{index.read_text()}baum\t{in_digits(len(stored))}\t{in_digits(len(article))}\n")
    found = read_dictionaries([index])[0]
    assert [said in place for place in found.bad] == [True]
    assert "Baum" not in {entry.headword for entry in found.entries}


def test_a_headword_too_long_in_tei_is_named(tmp_path: Path) -> None:
    found = read(tmp_path / "x.tei", TEI.replace("Haus</orth>", "Haus" * 2001 + "</orth>"))
    assert [entry.headword for entry in found.entries] == ["gehen"]
    assert len(found.bad) == 1
