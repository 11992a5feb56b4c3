"""Calques: word-for-word renderings of fixed expressions of other languages, where English says something else.

A machine that does not know German Hamsterkauf writes "hamster buying"; a native writer of English writes "panic
buying". Source: the lexicon is the project's own; Volansky, Ordan and Wintner (2015) on interference as the strongest
mark of translated text. An expression that is quoted, explained or set beside its source is a mention, no evidence.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

import polars as pl

from provenance.schema import Column
from provenance.signals.hits import HITS, Hit, collect_hits
from provenance.signals.inflect import compound_forms, forms_of
from provenance.signals.look_alike import is_clause, is_name, is_part
from provenance.signals.matcher import Found, Matcher, Pattern, fold, read_lexicon
from provenance.signals.mention import is_glossed, is_introduced, is_quoted, stands_near
from provenance.signals.options import PinnedFile
from provenance.text.words import count_words

LEXICON = Path(__file__).parent / "lexicons" / "calques.tsv"
LEXICON_COLUMNS = ("calque", "source_language", "source_expression", "meaning", "note")
BUILT = "built:"  # begins the note of a compound that was glossed part by part; its first word is no verb
COMPOUND = "compound"
LANGUAGES = {
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "ru": "Russian",
    "zh": "Chinese",
    "ja": "Japanese",
    "it": "Italian",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
}
_NAMES = "|".join(name.lower() for name in LANGUAGES.values())
_CLOSING = '"”»'
_LITERAL = r"literal(?:ly)?|lit\.|calques?|translat\w*|verbatim|means?|meant|meaning"
_CUE_BEFORE = re.compile(
    rf"\b(?:{_LITERAL}|so called|called|terms?|words?|known as|expressions?|phrases?|sayings?|proverbs?|idioms?"
    rf"|compounds?|dubbed|nicknamed|(?:in|the|from|for) (?:{_NAMES})|(?:{_NAMES}) (?:for|say|call)"
    r"|what (?:does|do|is an?|on earth)|say|for .{3,25} read|animal names)\b|[→=+] ?$"
)
_CUE_AFTER = re.compile(
    rf"\b(?:{_LITERAL}|(?:is|are|so|is it|are they) called|(?:in|from|for) (?:{_NAMES})|as (?:the )?(?:{_NAMES})"
    rf"|(?:is|was|are|were) (?:an?|the) (?:{_NAMES} )?(?:term|word|expression|phrase|saying|proverb|idiom|compound))\b"
    r"|^ ?[→=]"
)
# Words of those who write about words: near them an expression is talked about.
_ABOUT = re.compile(
    r"\b(?:mistranslat\w*|loan translations?|calques?|compound (?:nouns?|words?)|native speakers?|errata|howlers?"
    r"|(?:in|not|no|good|proper|idiomatic|everyday) english|machine translat\w*|translat(?:or|ors|ing)"
    r"|dictionar(?:y|ies)|worksheets?|fill in the gaps?|match the|learners|subtitlers?|etymolog\w*|lexicograph\w*"
    r"|glossar(?:y|ies)|correct the (?:mistakes?|errors?|sentences?))\b"
)


@dataclass(frozen=True, slots=True)
class Calque:
    """One entry of the lexicon; `detail` is what people are shown, `meanings` what English says, folded."""

    source_language: str
    source: str
    detail: str
    meanings: tuple[str, ...]
    is_compound: bool


@dataclass(frozen=True, slots=True)
class Calques:
    """Counts calques in English documents. Null for other languages; an unknown language is tried as English."""

    columns: ClassVar[Mapping[str, Column]] = {
        "calque_count": Column(pl.Int64(), "1", "calques used, mentions left out; null if not English", 0),
        "calque_density": Column(pl.Float64(), "1/1000 words", "calques per thousand words", 0),
        "calque_n_sources": Column(pl.Int64(), "1", "source languages of the calques used", 0),
        "calque_hits": Column(HITS, "", "each calque used: place, form, source expression and meaning"),
    }
    needs: ClassVar[tuple[str, ...]] = ("text", "language")

    lexicon: Path | None = None  # None: the one that ships
    extra: tuple[Path | PinnedFile, ...] = ()  # searched beside it; of a form in several the first stands
    quote_reach: int = 60  # code points; longer quotations are speech, in which a calque is used
    cue_before: int = 40
    cue_after: int = 30
    source_reach: int = 200
    meaning_reach: int = 80
    about_reach: int = 200

    def measure(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Columns beside the documents."""
        matcher, calques = load_calques((self.lexicon or LEXICON, *self.extra))
        rows = [
            self._hits(text, matcher, calques) if text and text.strip() and language in (None, "en") else None
            for text, language in zip(batch["text"], batch["language"], strict=True)
        ]
        hits = collect_hits("calque_hits", [None if row is None else [hit for hit, _ in row] for row in rows])
        sources = [None if row is None else len({calque.source_language for _, calque in row}) for row in rows]
        count = pl.Series("calque_count", [None if row is None else len(row) for row in rows], pl.Int64)
        return pl.DataFrame(
            [
                count,
                _divide(count, batch).alias("calque_density"),
                pl.Series("calque_n_sources", sources, pl.Int64),
                hits,
            ]
        )

    def _hits(self, text: str, matcher: Matcher, calques: list[Calque]) -> list[tuple[Hit, Calque]]:
        folded = fold(text)
        found = matcher.find(folded)
        used = [f for f in found if not self._is_mention(text, folded, f, calques[f.entry])]
        return [(_hit(text, f, calques[f.entry]), calques[f.entry]) for f in used]

    def _is_mention(self, text: str, folded: str, found: Found, calque: Calque) -> bool:
        start, end = found.start, found.end
        return (
            (calque.is_compound and _is_look_alike(text, start, end))
            or is_quoted(text, start, end, self.quote_reach)
            or self._is_talked_about(text, folded, start, end)
            or stands_near(folded, start, end, calque.source, self.source_reach)
            or is_glossed(folded, start, end, calque.meanings, self.meaning_reach)
        )

    def _is_talked_about(self, text: str, folded: str, start: int, end: int) -> bool:
        """By a cue before or after, or near by; one before a quotation that ends before the place is that one's."""
        quoted = max(text.rfind(sign, max(0, start - self.cue_before), start) for sign in _CLOSING)
        before = min(self.cue_before, start - quoted - 1)
        return (
            is_introduced(folded, start, end, _CUE_BEFORE, before=before, after=0)
            or is_introduced(folded, start, end, _CUE_AFTER, before=0, after=self.cue_after)
            or is_introduced(folded, start, end, _ABOUT, before=self.about_reach, after=self.about_reach)
        )


@cache
def load_calques(lexicons: tuple[Path | PinnedFile, ...]) -> tuple[Matcher, list[Calque]]:
    """The compiled lexicons, once per process; ConfigError when a file is none or not the one that was pinned."""
    calques, patterns = [], []
    rows = (row for lexicon in lexicons for row in _read(lexicon))
    for entry, row in enumerate(rows):
        language = LANGUAGES.get(row["source_language"], row["source_language"])
        detail = f"{row['calque']}: {language} {row['source_expression']}, {row['meaning']}"
        meanings = tuple(part.strip() for part in re.split("[,;]", fold(row["meaning"])))
        is_compound = row["note"].startswith((BUILT, COMPOUND))
        calques.append(Calque(row["source_language"], fold(row["source_expression"]), detail, meanings, is_compound))
        forms = compound_forms(row["calque"]) if row["note"].startswith(BUILT) else forms_of(row["calque"])
        patterns += [Pattern(fold(form), entry) for form in forms]
    return Matcher(patterns), calques


def _divide(count: pl.Series, batch: pl.DataFrame) -> pl.Series:
    """Calques per thousand words; the words are counted only where there are calques."""
    if not count.sum():
        return count.cast(pl.Float64)
    n_words = count_words(pl.when(count > 0).then(pl.col("text")).cast(pl.String))
    return batch.select(pl.when(count == 0).then(0.0).otherwise(1000 * count / n_words)).to_series()


def _read(lexicon: Path | PinnedFile) -> list[dict[str, str]]:
    if isinstance(lexicon, PinnedFile):
        return read_lexicon(lexicon.path, LEXICON_COLUMNS, lexicon.sha256)
    return read_lexicon(lexicon, LEXICON_COLUMNS)


def _is_look_alike(text: str, start: int, end: int) -> bool:
    return is_part(text, start, end) or is_clause(text, start, end) or is_name(text, start, end)


def _hit(text: str, found: Found, calque: Calque) -> Hit:
    match = text[found.start : found.end]
    return {"start": found.start, "end": found.end, "match": match, "detail": calque.detail}
