"""Machine and human translations and originals of the languages that data exist for, whatever their licence.

The WMT sets state no licence that allows shipping what is fitted on them: models of these texts are made by whoever has
the data (pipelines/train_translation.py), and ship with nobody.
"""

from pathlib import Path

import polars as pl

from provenance.text.words import count_visible_words

TARGETS = ("en", "de", "cs", "ja", "ru", "zh", "uk")
SETS = ("wmt16_origlang", "ntrex", "htvsmt_deen_to2016", "wmt21", "wmt22")
SYSTEMS = 3  # translations of one source text that are used of each set, the same ones each time
MIN_WORDS = 80
COLUMNS = ("text", "label", "lang", "src_lang", "set", "system", "domain", "pair_id", "n_words")


def read_translation_sets(data: Path, languages: tuple[str, ...] = TARGETS) -> pl.DataFrame:
    """Documents of at least `MIN_WORDS` words: `COLUMNS`, each text once; label mt, ht or original.

    `pair_id` is the source text's, so it is shared by all versions of one content, originals among them.
    """
    texts = pl.concat([_read(data, name) for name in SETS])
    kept = texts.filter(pl.col("lang").is_in(languages)).unique("text", keep="first", maintain_order=True)
    counted = kept.with_columns(n_words=count_visible_words(pl.col("text")).cast(pl.Int64))
    return counted.filter(pl.col("n_words") >= MIN_WORDS).select(COLUMNS)


def _read(data: Path, name: str) -> pl.DataFrame:
    frame = pl.read_parquet(data / "mt" / f"{name}.parquet").with_columns(
        set=pl.lit(name), pair_id=pl.format("{} {}", pl.lit(name), "doc_id"), system=pl.col("system").fill_null("")
    )
    place = pl.struct("system", "text").rank("ordinal").over("pair_id", "lang", "label")
    few = (pl.col("label") != "mt") | (place <= SYSTEMS) | pl.lit(name.startswith("htvsmt"))
    return frame.filter(few).select(name for name in COLUMNS if name != "n_words")
