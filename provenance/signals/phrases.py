"""Leftovers of chat models: refusals, knowledge cutoffs, citation tokens, placeholders and prompt fragments.

People paste an answer and forget to remove what was said to them. The list is the project's own; each phrase has a
weight class, from which the verdict takes its nats: `decisive` (nothing else writes it), `strong` (people rarely do),
`weak` (people do, too). A phrase in quotation marks, or after a word that reports speech, is a mention, no evidence.
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
from provenance.signals.matcher import Found, Matcher, Pattern, fold, read_lexicon
from provenance.signals.mention import is_introduced, is_quoted

LEXICON = Path(__file__).parent / "lexicons" / "phrases.tsv"
LEXICON_COLUMNS = ("phrase", "language", "kind", "weight")
KINDS = ("refusal", "cutoff", "opener", "closer", "citation", "placeholder", "prompt")
WEIGHTS = ("decisive", "strong", "weak")
# A phrase of these kinds is a mark of software, wherever it stands; the others can be quoted.
_MARKS = ("citation",)
_CUE = re.compile(
    r"\b(?:phrases?|wording|responses? like|words like|such as|says?|said|repl(?:y|ies|ied)|respond(?:s|ed)?"
    r"|answer(?:s|ed)|wrote|called|prompts? like|messages? like|search(?:es|ed|ing)? for"
    r"|contain(?:s|ed|ing)?|includ(?:es|ed|ing)"
    r"|phrasen?|satz|frase|zin|zdanie|fraza|фраз\w*|antwortete|répond\w*|respond(?:ió|eu)|odpowiedział|ответил\w*)"
    r"\W{0,6}(?:\w+\W+){0,2}$"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One entry of the list."""

    language: str
    kind: str
    weight: str


@dataclass(frozen=True, slots=True)
class ChatPhrases:
    """Counts leftovers of chat models in documents of any language. Null for an empty text."""

    columns: ClassVar[Mapping[str, Column]] = {
        "phrase_count": Column(pl.Int64(), "1", "leftovers of chat models, mentions left out", 0),
        "phrase_decisive_count": Column(pl.Int64(), "1", "those that nothing but a chat model leaves", 0),
        "phrase_strong_count": Column(pl.Int64(), "1", "those that people rarely write", 0),
        "phrase_hits": Column(HITS, "", "each leftover: place, form, weight class, kind and language"),
    }
    needs: ClassVar[tuple[str, ...]] = ("text",)

    lexicon: Path | None = None  # None: the list that ships
    quote_reach: int = 400  # code points: whole answers of chatbots are quoted
    cue_before: int = 60

    def measure(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Columns beside the documents."""
        matcher, phrases, marks = load_phrases(self.lexicon or LEXICON)
        texts = batch["text"].cast(pl.String)
        marked = _holds_any(texts, marks)
        rows = [
            self._used(text, matcher, phrases, bool(has_mark)) if text and text.strip() else None
            for text, has_mark in zip(texts, marked, strict=True)
        ]
        hits = [
            None if row is None else [_hit(text, found, phrases[found.entry]) for found in row]
            for text, row in zip(texts, rows, strict=True)
        ]
        return pl.DataFrame(
            [
                pl.Series("phrase_count", [None if row is None else len(row) for row in rows], pl.Int64),
                pl.Series("phrase_decisive_count", [_count(row, phrases, "decisive") for row in rows], pl.Int64),
                pl.Series("phrase_strong_count", [_count(row, phrases, "strong") for row in rows], pl.Int64),
                collect_hits("phrase_hits", hits),
            ]
        )

    def _used(self, text: str, matcher: Matcher, phrases: list[Phrase], marks: bool) -> list[Found]:
        folded = fold(text)
        found = matcher.find(folded, marks=marks)
        return [one for one in found if self._is_used(text, folded, one, phrases[one.entry])]

    def _is_used(self, text: str, folded: str, found: Found, phrase: Phrase) -> bool:
        if phrase.kind == "opener" and not _begins_line(text, found.start):
            return False
        if is_quoted(text, found.start, found.end, self.quote_reach):
            return False
        reported = is_introduced(folded, found.start, found.end, _CUE, before=self.cue_before, after=0)
        return phrase.kind in _MARKS or not reported


@cache
def load_phrases(path: Path) -> tuple[Matcher, list[Phrase], list[str]]:
    """The compiled list and the marks that may stand anywhere (a leading `*`), once per process.

    ConfigError when the file is not such a list.
    """
    rows = read_lexicon(path, LEXICON_COLUMNS)
    phrases = [Phrase(row["language"], row["kind"], row["weight"]) for row in rows]
    forms = [(fold(row["phrase"].removeprefix("*")).strip(), row["phrase"].startswith("*")) for row in rows]
    matcher = Matcher(Pattern(form, entry, anywhere) for entry, (form, anywhere) in enumerate(forms))
    return matcher, phrases, [row["phrase"][1:] for row in rows if row["phrase"].startswith("*")]


def _holds_any(texts: pl.Series, marks: list[str]) -> pl.Series:
    holds = pl.col("text").str.contains_any(marks, ascii_case_insensitive=True)
    return texts.alias("text").to_frame().select(holds)["text"]


def _begins_line(text: str, start: int) -> bool:
    return not text[text.rfind("\n", 0, start) + 1 : start].strip(" \t#>*_-\u00a0")


def _count(row: list[Found] | None, phrases: list[Phrase], weight: str) -> int | None:
    return None if row is None else sum(phrases[found.entry].weight == weight for found in row)


def _hit(text: str, found: Found, phrase: Phrase) -> Hit:
    detail = f"{phrase.kind}, {phrase.weight}, {phrase.language}"
    return {"start": found.start, "end": found.end, "match": text[found.start : found.end], "detail": detail}
