"""Which charset wins, and what happens when it does not fit."""

import codecs

import pytest

from provenance.extract.charset import decode_page

GREEK = "Καλημέρα κόσμε"


def test_the_header_wins_over_the_meta_tag():
    page = f'<meta charset="windows-1251"><p>{GREEK}'.encode("iso-8859-7")
    assert decode_page(page, "iso-8859-7") == (page.decode("iso-8859-7"), "iso-8859-7")


def test_the_meta_tag_counts_without_a_header():
    page = f'<meta charset="windows-1253"><p>{GREEK}'.encode("cp1253")
    assert decode_page(page, None) == (page.decode("cp1253"), "windows-1253")


def test_the_old_form_of_the_meta_tag_counts():
    page = f'<meta http-equiv="Content-Type" content="text/html; charset=koi8-r"><p>{"привет"}'.encode("koi8-r")
    assert decode_page(page, None)[0].endswith("привет")


def test_the_meta_tag_is_not_looked_for_in_plain_text():
    text = '<meta charset="koi8-r"> é'.encode()
    assert decode_page(text, None, html=False) == (text.decode(), "utf-8")


def test_the_xml_declaration_counts():
    page = f'<?xml version="1.0" encoding="windows-1253"?><p>{GREEK}'.encode("cp1253")
    assert decode_page(page, None)[1] == "windows-1253"


def test_a_header_that_does_not_decode_falls_to_the_meta_tag():
    page = '<meta charset="shift_jis"><p>日本語のページです'.encode("shift_jis")
    assert decode_page(page, "utf-8") == (page.decode("shift_jis"), "shift_jis")


def test_an_unknown_label_falls_through():
    assert decode_page("é".encode(), "no-such-charset") == ("é", "utf-8")


def test_a_byte_order_mark_wins_over_a_header_that_would_make_it_letters():
    assert decode_page(codecs.BOM_UTF8 + "é".encode(), "iso-8859-1") == ("é", "utf-8")


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_told_by_its_mark(charset: str):
    page = ("\ufeff" + GREEK).encode(charset)
    assert decode_page(page, None) == (GREEK, charset)


def test_latin_1_means_windows_1252():
    assert decode_page(b"\x93quoted\x94", "iso-8859-1") == ("“quoted”", "windows-1252")


@pytest.mark.parametrize(
    ("label", "superset", "text"),
    [("gb2312", "gb18030", "𠮷"), ("shift_jis", "cp932", "①"), ("euc-kr", "cp949", "똠"), ("big5", "big5hkscs", "嘅")],
)
def test_labels_of_east_asia_mean_their_supersets(label: str, superset: str, text: str):
    assert decode_page(text.encode(superset), label)[0] == text


def test_undeclared_bytes_are_detected():
    text = "Съешь же ещё этих мягких французских булок, да выпей чаю. " * 5
    assert decode_page(text.encode("cp1251"), None) == (text, "windows-1251")


def test_undeclared_utf_8_is_utf_8():
    assert decode_page("naïve".encode(), None) == ("naïve", "utf-8")


def test_a_character_cut_at_the_end_is_left_away():
    assert decode_page("Größe".encode()[:-2], "utf-8") == ("Grö", "utf-8")


def test_one_stray_byte_does_not_turn_a_utf_8_page_into_another_charset():
    page = (GREEK * 20).encode() + b" \xff end"
    text, charset = decode_page(page, "utf-8")
    assert charset == "utf-8"
    assert text == GREEK * 20 + " \ufffd end"


def test_accents_of_latin_1_in_a_page_called_utf_8_are_not_broken():
    text = "Les élèves étudient à l'école, près de la forêt où ils ont déjà été. " * 3
    assert decode_page(text.encode("latin-1"), "utf-8")[0] == text


def test_an_empty_payload_is_an_empty_text():
    assert decode_page(b"", None) == ("", "utf-8")
