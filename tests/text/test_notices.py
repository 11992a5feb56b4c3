"""Sentences that say a page was translated by machine, and sentences that say something else in the same words."""

import pytest

from provenance.text.notices import MAX_SENTENCE, find_keys, find_notices, has_wordings, load_wordings

SAID = [
    ("en", "This post was originally written in Korean, and has been machine translated into English."),
    ("en", "Machine translated"),
    ("en", "Note: automatically translated from French by DeepL."),
    ("en", "This article was translated by Google Translate."),
    ("en", "This text is an unedited machine translation of the original."),
    ("en", "You'll find that this documentation was produced by machine translation."),
    ("de", "Dieser Artikel wurde maschinell übersetzt."),
    ("de", "Bei diesem Text handelt es sich um eine maschinelle Übersetzung."),
    ("fr", "Cet article est issu d’une traduction automatique."),
    ("fr", "Ce document a été traduit par une machine."),
    ("es", "Este artículo se tradujo de manera automática."),
    ("it", "Il presente articolo è stato tradotto automaticamente."),
    ("pl", "Niniejszy artykuł jest tłumaczeniem maszynowym."),
    ("ru", "Данная статья является машинным переводом."),
    ("zh", "本文是由机器翻译的，请参阅免责声明。"),
    ("ja", "警告: この記事は機械翻訳されているため、品質が低い可能性があります。"),
    ("ko", "이 문서는 기계 번역되었습니다."),
]
NOT_SAID = [
    ("en", "This page may have been machine translated."),
    ("en", "This page was not machine translated."),
    ("en", "If this page was automatically translated, tell us."),
    ("en", "Some parts of this page were machine translated."),
    ("en", "Reviews on this page are automatically translated."),
    ("en", "Was this page machine translated?"),
    ("en", 'The banner says "This page was machine translated".'),
    ("en", "“This page was machine translated” was all it said."),
    ("en", "This book was translated by Ann Example."),
    ("en", "Machine translation"),
    ("en", "This tool shows the page automatically translated by Google."),
    ("en", "This file is translated by software engineers in their free time."),
    ("en", "In this article we compare text translated by Google with text translated by people."),
    ("en", "The content of this website is translated by Google Translate at your own risk."),
    ("en", "This article is about machine-translated subtitles."),
    ("en", "The manual was translated by Google, it seems."),
    ("de", "Die Anleitung wurde mit Google Translate übersetzt, man versteht kein Wort."),
    ("de", "Diese Seite ist auch in maschineller Übersetzung verfügbar."),
    ("de", "Dieser Artikel handelt von maschineller Übersetzung."),
    ("fr", "Cet article traite de la traduction automatique."),
    ("es", "Este artículo trata de la traducción automática."),
    ("zh", "本文介绍机器翻译的历史。"),
    ("zh", "本文使用机器翻译数据集训练模型。"),
    ("ja", "このページでは機械翻訳について説明します。"),
    ("ja", "当サイトは自動翻訳サービスを利用しています。"),
    ("ko", "이 글은 기계 번역에 대해 설명합니다."),
]


@pytest.mark.parametrize(("language", "sentence"), SAID)
def test_the_notice_is_found(language: str, sentence: str):
    assert len(list(find_notices(f"Menu\n{sentence}\nNext.", load_wordings(language)))) == 1


@pytest.mark.parametrize(("language", "sentence"), SAID)
def test_a_stem_of_it_is_looked_for_first(language: str, sentence: str):
    assert any(key in sentence for key in find_keys(language))


@pytest.mark.parametrize(("language", "sentence"), NOT_SAID)
def test_the_same_words_say_something_else(language: str, sentence: str):
    assert list(find_notices(sentence, load_wordings(language))) == []


def test_a_page_without_a_known_language_is_searched_in_all():
    assert not has_wordings("xx")
    assert len(list(find_notices("Este artigo foi traduzido automaticamente.", load_wordings("")))) == 1


def test_a_page_in_one_language_is_not_searched_in_others():
    assert list(find_notices("Dieser Artikel wurde maschinell übersetzt.", load_wordings("fr"))) == []


def test_who_edited_it_is_told_in_the_same_block():
    text = "This page was machine translated. It was then reviewed by a human translator."
    assert [notice.edited for notice in find_notices(text, load_wordings("en"))] == [True]


def test_not_edited_is_not_edited():
    text = "This page was machine translated and has not been reviewed by humans."
    assert [notice.edited for notice in find_notices(text, load_wordings("en"))] == [False]


def test_a_table_without_ends_is_no_sentence():
    text = "This page was machine translated " + "and so on " * (MAX_SENTENCE // 10)
    assert list(find_notices(text, load_wordings("en"))) == []
