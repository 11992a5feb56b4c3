"""Normal form: what cannot be seen, or is not chosen, is made equal."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.text.normalise import normalise_text


def normal(text: str | None) -> str | None:
    return pl.select(normalise_text(pl.lit(text, pl.String))).item()


@pytest.mark.parametrize(
    ("raw", "form"),
    [
        ("zero\u200bwidth", "zerowidth"),
        ("soft\u00adhyphen", "softhyphen"),
        ("\ufeffmark", "mark"),
        ("ﬁne", "fine"),
        ("Ｆｕｌｌ", "Full"),
        ("“so” he said", '"so" he said'),
        ("„so“ sagte er", '"so" sagte er'),
        ("don’t", "don't"),
        ("1914–1918", "1914-1918"),
        ("so — it is", "so - it is"),
        ("wait…", "wait..."),
        (" two\u00a0\n words ", "two words"),
    ],
)
def test_variants_have_one_form(raw: str, form: str) -> None:
    assert normal(raw) == form


def test_null_stays_null() -> None:
    assert normal(None) is None


def test_case_is_kept() -> None:
    assert normal("NASA and Nasa") == "NASA and Nasa"


@given(st.text().filter(lambda text: not any("\x80" <= char <= "\xff" for char in text)))
def test_the_form_of_a_form_is_itself_where_no_bytes_were_misread(text: str) -> None:
    assert normal(normal(text)) == normal(text)
