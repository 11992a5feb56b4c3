"""The shipped language identifier: codes, nulls, and silence."""

from pathlib import Path

import polars as pl
import pytest

from provenance.errors import ConfigError
from provenance.extract import LanguageIdentifier
from provenance.models.registry import SHIPPED

MODEL = SHIPPED / "lid.176.ftz"


@pytest.fixture(scope="module")
def identifier() -> LanguageIdentifier:
    return LanguageIdentifier.load(MODEL)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The museum opens at ten in the morning.", "en"),
        ("Das Museum öffnet um zehn Uhr.\nAm Montag ist es geschlossen.", "de"),
        ("博物馆上午十点开门，星期一关门。", "zh"),
        ("Ang museyo abli sa alas diyes sa buntag, ug sirado kini kada Lunes.", "ceb"),
    ],
)
def test_languages_have_iso_codes(identifier: LanguageIdentifier, text: str, language: str):
    assert identifier.identify(pl.Series([text]))["language"].to_list() == [language]


def test_alemannic_is_not_called_albanian(identifier: LanguageIdentifier):
    text = "S Museum macht am Zähni uf, und am Mäntig isch es zue. Mir hend das nöd gwüsst und sind vergäbe cho."
    assert identifier.identify(pl.Series([text]))["language"].to_list() == ["gsw"]


def test_texts_without_letters_have_no_language(identifier: LanguageIdentifier):
    found = identifier.identify(pl.Series(["", None, " \n", "12 34", "🙂"], dtype=pl.String))
    assert found["language"].to_list() == [None] * 5
    assert found["language_score"].to_list() == [None] * 5


def test_rows_stay_in_order(identifier: LanguageIdentifier):
    found = identifier.identify(pl.Series(["", "Guten Morgen, wie geht es Ihnen?", "1", "Good morning, how are you?"]))
    assert found["language"].to_list() == [None, "de", None, "en"]


def test_scores_are_probabilities(identifier: LanguageIdentifier):
    score = identifier.identify(pl.Series(["Das ist ein Haus und das ist ein Garten."]))["language_score"][0]
    assert 0.9 < score <= 1.0


def test_only_the_first_thousand_characters_count(identifier: LanguageIdentifier):
    text = "Good morning, how are you? " * 40 + "Guten Morgen, wie geht es Ihnen? " * 400
    assert identifier.identify(pl.Series([text]))["language"].to_list() == ["en"]


def test_letters_in_the_place_of_latin_ones_leave_the_language(identifier: LanguageIdentifier):
    text = "Good morning, how are you? I hope that you have slept well, and that the coffee is ready for us."
    twins = text.translate(str.maketrans("aceopxysij", "асеорхуѕіј"))
    hidden = "\u200b".join(text)
    assert identifier.identify(pl.Series([twins, hidden]))["language"].to_list() == ["en", "en"]


def test_loading_prints_nothing(capfd: pytest.CaptureFixture[str]):
    LanguageIdentifier.load(MODEL)
    assert capfd.readouterr() == ("", "")


def test_a_file_that_is_no_model_is_a_configuration_error(tmp_path: Path):
    (tmp_path / "no.ftz").write_bytes(b"no model")
    with pytest.raises(ConfigError, match="cannot read the language model"):
        LanguageIdentifier.load(tmp_path / "no.ftz")
