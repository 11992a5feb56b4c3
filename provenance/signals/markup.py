"""What a page's markup says of machine translation, and whether its languages agree.

The marks are read with the page they stand on (`mark_worth.py`); those that do not count are listed in the hits with
why, and do not raise the value. Sources of the marks: see `provenance/extract/translation_marks.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from provenance.schema import HREFLANG_DTYPE, Column
from provenance.signals.declared import collect_declared, has_text
from provenance.signals.hits import HITS
from provenance.signals.mark_worth import read_marks
from provenance.signals.site_language import same_language, url_language


@dataclass(frozen=True, slots=True)
class TranslationMarkup:
    """Declared machine translation, and whether the declared languages are the one of the text.

    Null without markup (plain text) and for an empty text; the mismatches also below `min_words`, and where either
    language is not told.
    """

    columns: ClassVar[Mapping[str, Column]] = {
        "markup_translated": Column(
            pl.Float64(),
            "1",
            "1 declared or saved as machine-translated, 0.5 by a plugin or tool whose output people may have edited, "
            "on a page that is not in the site's default language, else 0",
            0,
            1,
        ),
        "markup_language_mismatch": Column(
            pl.Float64(), "1", "1 where html lang is not the language of the text, else 0", 0, 1
        ),
        "markup_content_language_mismatch": Column(
            pl.Float64(), "1", "1 where Content-Language does not name the language of the text, else 0", 0, 1
        ),
        "markup_url_language_mismatch": Column(
            pl.Float64(), "1", "1 where the url tells another language than that of the text, else 0", 0, 1
        ),
        "markup_hits": Column(HITS, "", "each translation mark and what it says; no place in the text"),
    }
    needs: ClassVar[tuple[str, ...]] = (
        "text", "language", "language_score", "n_words", "url", "html_lang", "content_language", "hreflang",
        "translation_marks",
    )  # fmt: skip

    min_words: int = 20
    min_language_score: float = 0.5

    def measure(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Columns beside the documents."""
        sure = pl.col("language_score").cast(pl.Float64) >= self.min_language_score
        table = batch.select(
            "text",
            (sure & (pl.col("n_words").cast(pl.Int64) >= self.min_words)).fill_null(False).alias("certain"),
            pl.col("html_lang").cast(pl.String).alias("declared"),
            same_language(pl.col("html_lang").cast(pl.String)).alias("html_lang"),
            same_language(pl.col("language").cast(pl.String)).alias("language"),
            pl.col("url").cast(pl.String),
            pl.col("content_language").cast(pl.String),
            pl.col("hreflang").cast(HREFLANG_DTYPE),
            pl.col("translation_marks").cast(pl.List(pl.String)).alias("marks"),
        )
        marked = table.filter(pl.col("marks").list.len() > 0).iter_rows(named=True)
        counts = table["marks"].list.len()  # few pages have any
        rows = [list(read_marks(next(marked))) if count else None if count is None else [] for count in counts]
        declared = collect_declared(rows, table["text"], "markup_translated", "markup_hits")
        return declared.hstack(_compare_languages(table)).select(*self.columns)


def _compare_languages(table: pl.DataFrame) -> pl.DataFrame:
    """The three mismatches; null where the text's language is not certain or the other is not told."""
    known = pl.col("certain") & has_text(pl.col("text")) & pl.col("language").is_not_null()
    named = _list_languages(pl.col("content_language").str.split(","))
    versions = _list_languages(pl.col("hreflang").list.eval(pl.element().struct.field("lang")))
    confirming = pl.concat_list(pl.concat_list("html_lang").fill_null([]), named.fill_null([]), versions.fill_null([]))
    languages = table.with_columns(named=named, confirming=confirming).with_columns(
        of_url=url_language(pl.col("url"), pl.col("confirming"))
    )
    differs = {
        "markup_language_mismatch": pl.col("html_lang") != pl.col("language"),
        "markup_content_language_mismatch": pl.when(pl.col("named").list.len() > 0).then(
            ~pl.col("named").list.contains(pl.col("language"))
        ),
        "markup_url_language_mismatch": pl.col("of_url") != pl.col("language"),
    }
    return languages.select(
        pl.when(known).then(differ.cast(pl.Float64)).alias(name) for name, differ in differs.items()
    )


def _list_languages(tags: pl.Expr) -> pl.Expr:
    return tags.list.eval(same_language(pl.element())).list.drop_nulls()
