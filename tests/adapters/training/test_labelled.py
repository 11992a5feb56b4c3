"""Labelled texts made ready: names of labels, groups, genres; and what is refused before any work."""

import polars as pl
import pytest

from provenance.adapters.training.labelled import check_enough, ready_labelled, ready_references
from provenance.errors import ConfigError

ROWS = pl.DataFrame({"text": ["a", "b", "c"], "label": ["ai", "human", "human"], "lang": ["en", "en", "de"]})


def ready(frame: pl.DataFrame, **options: object) -> pl.DataFrame:
    return ready_labelled(frame, **{"language": "en", "group": None, **options})  # type: ignore[arg-type]


def test_labels_of_other_tables_are_known() -> None:
    others = pl.DataFrame({"text": list("abcd"), "label": ["ai_generated", "human", "mt", "original"]})
    assert ready(others.with_columns(lang=pl.lit("en")))["label"].to_list() == ["ai", "human", "translated", "original"]


def test_an_unknown_label_is_named() -> None:
    with pytest.raises(ConfigError, match="'robot' is unknown; known are ai, human"):
        ready(ROWS.with_columns(label=pl.lit("robot")))


@pytest.mark.parametrize(("label", "lacking"), [("ai", "human"), ("human", "ai"), ("translated", "original")])
def test_one_label_alone_is_refused_with_what_is_lacking(label: str, lacking: str) -> None:
    with pytest.raises(ConfigError, match=f"label '{label}' need others with the label '{lacking}'"):
        ready(ROWS.with_columns(label=pl.lit(label)))


def test_human_texts_may_stand_beside_translations_and_originals() -> None:
    kinds = pl.DataFrame({"text": list("abc"), "label": ["human", "translated", "original"]})
    assert ready(kinds.with_columns(lang=pl.lit("en"))).height == 3


def test_a_language_without_texts_names_those_there_are() -> None:
    with pytest.raises(ConfigError, match="'fr'; there are de, en"):
        ready(ROWS, language="fr")


def test_a_pair_is_a_group_and_a_row_without_one_is_its_own() -> None:
    paired = ROWS.with_columns(lang=pl.lit("en"), pair_id=pl.Series([7, 7, None]))
    assert ready(paired)["group"].to_list() == ["7", "7", "row 2"]


def test_the_named_column_goes_before_the_pair() -> None:
    paired = ROWS.with_columns(lang=pl.lit("en"), pair_id=pl.lit("p"), site=pl.Series(["x", None, "y"]))
    assert ready(paired, group="site")["group"].to_list() == ["x", "p", "y"]


def test_a_misspelt_group_column_is_refused_with_what_it_may_be() -> None:
    with pytest.raises(ConfigError, match=r"--group pair_ids: no such column; is it pair_id\?"):
        ready(ROWS.with_columns(pair_id=pl.lit("p")), group="pair_ids")


def test_a_genre_that_no_document_can_be_told_is_refused() -> None:
    with pytest.raises(ConfigError, match="genre 'blogs' is unknown; is it blog"):
        ready(ROWS.with_columns(genre=pl.lit("blogs")))


def test_other_is_no_genre() -> None:
    assert ready(ROWS.with_columns(genre=pl.Series(["news", "other", "news"])))["genre"].to_list() == ["news", None]


def test_references_are_the_human_texts_by_register_and_source() -> None:
    frame = ROWS.with_columns(lang=pl.lit("en"), source=pl.Series(["x", "y", "z"]), genre=pl.lit("news"))
    found = ready_references(frame, language="en", group="pair_id")
    assert found.select("text", "label", "group", "register").rows() == [
        ("b", "human", "y", "news"),
        ("c", "human", "z", "news"),
    ]


def test_references_without_human_text_are_refused() -> None:
    with pytest.raises(ConfigError, match="--references: no human text"):
        ready_references(ROWS.filter(label="ai"), language="en", group=None)


def test_too_few_documents_are_refused_with_the_number() -> None:
    with pytest.raises(ConfigError, match="only 1 documents have the label 'ai'; at least 50 are needed"):
        check_enough(ROWS, ["ai"], 50)
    with pytest.raises(ConfigError, match="0 documents have the label 'translated'"):
        check_enough(ROWS, ["translated"], 50)
