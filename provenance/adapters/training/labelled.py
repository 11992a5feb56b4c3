"""Labelled texts made ready for training: one name for a label, a group for every row, and enough of everything."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

import polars as pl

from provenance.errors import ConfigError
from provenance.schema import GENRES
from provenance.train.lm import LABELS
from provenance.train.text_models import PAIRS

ALIASES: Mapping[str, str] = {
    "ai_generated": "ai",
    "mt": "translated",
    "machine_translated": "translated",
    "ht": "translated",
    "human_translated": "translated",
}
TRANSLATORS: Mapping[str, str] = {
    "mt": "machine",
    "machine_translated": "machine",
    "ht": "human",
    "human_translated": "human",
}
OPTIONAL = ("domain", "source", "register", "genre", "family", "generation", "generator", "translator")
NO_GENRE = ("other",)  # told, but none of the genres a document is held against


def ready_labelled(frame: pl.DataFrame, *, language: str | None, group: str | None) -> pl.DataFrame:
    """Rows with a text and a label, with group, domain, source and, where told, genre and more; of a language, or all.

    The labels mt and ht (translated by a machine, by people) become translated, with `translator` machine or human.
    Without a column `group` names, `group` serves, then `pair_id`; a row without either is a group of its own. Raises
    ConfigError for columns, labels or genres that are unknown, and for a label without its counterpart.
    """
    told = pl.col("label").replace_strict(dict(TRANSLATORS), default=None, return_dtype=pl.String)
    given = pl.col("translator").cast(pl.String) if "translator" in frame.columns else pl.lit(None, pl.String)
    named = frame.with_columns(pl.col("label").replace(dict(ALIASES)), translator=pl.coalesce(told, given))
    unknown = sorted(set(named["label"].drop_nulls().unique()) - set(LABELS))
    if unknown:
        raise ConfigError(f"label {unknown[0]!r} is unknown; known are {', '.join((*LABELS, *ALIASES))}")
    texts = _complete(named, group, "row")
    kept = _pick(texts, language).drop_nulls(["text", "label"])
    if kept.is_empty():
        there = ", ".join(sorted(frame["lang"].drop_nulls().unique())) or "none"
        raise ConfigError(f"no labelled text is in the language {language!r}; there are {there} (--language)")
    _check_pairs(kept)
    return kept


def label_calibration() -> pl.Expr:
    """The labels of a calibration: mt for translated texts, ht for those that people translated, which take no part."""
    by_people = (pl.col("translator") == "human").fill_null(False)
    translated = pl.when(by_people).then(pl.lit("ht")).otherwise(pl.lit("mt"))
    return pl.when(pl.col("label") == "translated").then(translated).otherwise("label").alias("label")


def ready_references(frame: pl.DataFrame, *, language: str | None, group: str | None) -> pl.DataFrame:
    """Human documents alike; their register is `register`, else `genre`, `domain` or `source`. Others are left out."""
    if "label" in frame.columns:
        frame = frame.filter(pl.col("label") == "human")
    named = frame.with_columns(label=pl.lit("human"))
    group = group if group in named.columns else None
    kept = _pick(_complete(named, group or _first(named, "source"), "reference row"), language).drop_nulls("text")
    if kept.is_empty():
        raise ConfigError(f"--references: no human text in the language {language!r}")
    registers = [pl.col(name).cast(pl.String) for name in ("register", "genre") if name in kept.columns]
    return kept.with_columns(register=pl.coalesce(*registers, "domain"))


def count_labels(texts: pl.DataFrame) -> dict[str, int]:
    """Documents by label, labels in order."""
    return dict(texts.group_by("label").len().sort("label").iter_rows())


def check_enough(texts: pl.DataFrame, labels: Sequence[str], least: int, what: str = "") -> None:
    """Raises ConfigError when one of the labels has fewer than `least` documents."""
    counts = count_labels(texts)
    for label in labels:
        n = counts.get(label, 0)
        if n < least:
            raise ConfigError(
                f"{'only ' if n else ''}{n} documents{what} have the label {label!r}; at least {least} are needed: "
                "fewer tell topics apart, not how a text is written"
            )


def _pick(texts: pl.DataFrame, language: str | None) -> pl.DataFrame:
    return texts if language is None else texts.filter(pl.col("lang") == language)


def _first(frame: pl.DataFrame, *names: str) -> str | None:
    return next((name for name in ("group", *names) if name in frame.columns), None)


def _complete(frame: pl.DataFrame, group: str | None, row: str) -> pl.DataFrame:
    if group is not None and group not in frame.columns:
        near = get_close_matches(group, frame.columns, n=1)
        raise ConfigError(f"--group {group}: no such column{f'; is it {near[0]}?' if near else ''}")
    groups = [name for name in dict.fromkeys([group, "group", "pair_id"]) if name in frame.columns]
    own = pl.format(f"{row} {{}}", pl.int_range(pl.len()))
    texts = frame.with_columns(pl.coalesce(*(pl.col(name).cast(pl.String) for name in groups), own).alias("group"))
    there = [name for name in OPTIONAL if name in frame.columns]
    paired = ["pair_id"] if "pair_id" in frame.columns else []
    texts = texts.select("text", "label", "lang", "group", pl.col([*there, *paired]).cast(pl.String))
    where = [pl.col(name) for name in ("domain", "source", "genre") if name in there]
    source = [pl.col(name) for name in ("source", "domain") if name in there]
    texts = texts.with_columns(
        pl.coalesce(*where, pl.lit("")).alias("domain"), pl.coalesce(*source, pl.lit("")).alias("source")
    )
    return _check_genres(texts) if "genre" in there else texts


def _check_genres(texts: pl.DataFrame) -> pl.DataFrame:
    known = texts.with_columns(pl.when(~pl.col("genre").is_in(NO_GENRE)).then("genre").alias("genre"))
    for genre in sorted(set(known["genre"].drop_nulls().unique()) - set(GENRES)):
        near = get_close_matches(genre, GENRES, n=1)
        meant = f"; is it {near[0]}?" if near else ""
        raise ConfigError(f"genre {genre!r} is unknown{meant} Known are {', '.join(GENRES)}; `other` and null are none")
    return known


def _check_pairs(texts: pl.DataFrame) -> None:
    there = set(texts["label"].unique())
    whole: Sequence[tuple[str, str]] = [pair for pair in PAIRS if there >= set(pair)]
    for pair in PAIRS:
        alone = there & set(pair)
        if len(alone) == 1 and (alone != {"human"} or not whole):
            lacking = next(label for label in pair if label not in alone)
            raise ConfigError(
                f"texts with the label {alone.pop()!r} need others with the label {lacking!r} beside them"
            )
