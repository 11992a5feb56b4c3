"""Main text: both extractors, and the edge trim line by line."""

import builtins
import sys

import pytest

from provenance.errors import ConfigError
from provenance.extract import ExtractOptions
from provenance.extract.document import load_main_text
from provenance.extract.main_text import trim_edges
from tests.extract.pages import SENTENCE, document, record

SURE = "This line is long enough to be sure, and it ends a sentence."
PAGE = f"<html><body><nav><ul><li><a href=/>Home</a></ul></nav><article><p>{SENTENCE * 5}</p></article></body></html>"


@pytest.mark.parametrize("extractor", ["resiliparse", "trafilatura"])
def test_navigation_is_left_out(extractor: str):
    text = document(record(PAGE), ExtractOptions(extractor=extractor))["text"]  # type: ignore[arg-type]
    assert text == (SENTENCE * 5).strip()


def test_a_missing_trafilatura_is_a_configuration_error(monkeypatch: pytest.MonkeyPatch):
    real_import = builtins.__import__

    def without(name: str, *args: object, **kwargs: object) -> object:
        if name == "trafilatura":
            raise ImportError(name)
        return real_import(name, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.delitem(sys.modules, "provenance.extract.trafilatura_text", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigError, match="needs the package of that name"):
        load_main_text(ExtractOptions(extractor="trafilatura"))


def test_the_edge_trim_is_off_by_default():
    plain = document(record(f"<article><p>Menu</p><p>{SURE}</p></article>"))["text"]
    trimmed = document(record(f"<article><p>Menu</p><p>{SURE}</p></article>"), ExtractOptions(edge_trim=True))["text"]
    assert str(plain).startswith("Menu")
    assert trimmed == SURE


def test_lines_before_the_first_and_after_the_last_sure_one_are_dropped():
    assert trim_edges(f"Home\nShare\n{SURE}\nshort\n{SURE[::-1]} And so it ends.\nFooter") == (
        f"{SURE}\nshort\n{SURE[::-1]} And so it ends."
    )


def test_a_long_line_is_sure_without_a_full_stop():
    assert trim_edges("Menu\n" + "words " * 40) == ("words " * 40).strip()


def test_adjoining_sentences_are_kept():
    assert trim_edges(f"Menu\nA sentence of twenty.\n{SURE}\nAnother one of twenty.\nMenu") == (
        f"A sentence of twenty.\n{SURE}\nAnother one of twenty."
    )


def test_wide_characters_count_double():
    assert trim_edges("菜单\n" + "字" * 19 + "。") == "字" * 19 + "。"


def test_repeated_lines_are_dropped():
    assert trim_edges(f"{SURE}\n{SURE}") == SURE


def test_a_text_without_a_sure_line_stays():
    assert trim_edges("a\nb") == "a\nb"
