"""Builds a lexicon of calques from dictionary files, and shows where a text uses calques."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import polars as pl

from provenance.adapters.dictionaries import ReadDictionary
from provenance.adapters.texts import read_texts
from provenance.errors import ConfigError
from provenance.models import find_model, load_models
from provenance.signals.calques import LEXICON_COLUMNS, Calques
from provenance.store import write_text
from provenance.train.calques.build import BuildOptions, Counts, Made, Tell, build_lexicon
from provenance.train.calques.languages import find_compounding
from provenance.train.calques.phrase_model import KIND, PhraseModel
from provenance.train.calques.words import read_phrases


@dataclass(frozen=True, slots=True)
class Use:
    """A calque used in a text: `start` and `end` in code points."""

    id: str | None
    start: int
    end: int
    match: str
    detail: str


def load_phrases(model: Path | None) -> PhraseModel:
    """A user's model of original English, else the shipped one. Raises ConfigError."""
    if model is None:
        shipped = find_model(load_models(), KIND, "en")
        if shipped is None:
            raise ConfigError(
                f"no model of kind {KIND} is installed; give one with --model, or install the package again"
            )
        model = shipped.path
    return PhraseModel(model)


def read_pairs(paths: Sequence[Path]) -> tuple[frozenset[str], list[str]]:
    """Every pair of content words in texts of original English, normalised; and what was unreadable, in words."""
    pairs: set[str] = set()
    problems: list[str] = []
    for path in paths:
        for chunk in read_texts(path, text_column="text", id_column="id"):
            problems += [f"{path}: {problem}" for problem in chunk.problems]
            for text in chunk.frame["text"].drop_nulls():
                pairs.update(f"{a} {b}" for run in read_phrases(text) for a, b in pairwise(run.split()))
    return frozenset(pairs), problems


def build_calques(
    dictionaries: Sequence[ReadDictionary],
    phrases: PhraseModel,
    options: BuildOptions,
    *,
    language: str,
    original: frozenset[str],
    out: Path,
    tell: Tell,
) -> Counts:
    """Writes the lexicon; the counts say what became of every headword. Raises ConfigError, OutputError."""
    find_compounding(language)
    entries = [entry for dictionary in dictionaries for entry in dictionary.entries]
    made, counts = build_lexicon(entries, phrases, options, language=language, original=original, tell=tell)
    write_lexicon(made, out)
    return counts


def write_lexicon(made: Sequence[Made], out: Path) -> None:
    """Writes a lexicon as the shipped one is written. Raises OutputError."""
    write_text(out, "".join(f"{line}\n" for line in ("\t".join(LEXICON_COLUMNS), *map(_render, made))))


def find_calques(texts: pl.DataFrame, lexicons: Sequence[Path]) -> Iterator[Use]:
    """Calques used in English texts (id, text), by the shipped lexicon and others beside. Raises ConfigError."""
    batch = texts.select("text", pl.lit("en").alias("language"))
    measured = Calques(extra=tuple(lexicons)).measure(batch)
    for name, hits in zip(texts["id"], measured["calque_hits"], strict=True):
        for hit in hits if hits is not None else ():
            yield Use(name, hit["start"], hit["end"], hit["match"], hit["detail"])


def _render(made: Made) -> str:
    return "\t".join((made.calque, made.source_language, made.source_expression, made.meaning, made.note))
