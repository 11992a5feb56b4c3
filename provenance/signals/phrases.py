"""Leftovers of chat models: refusals, knowledge cutoffs, citation tokens, placeholders, prompts; and disclosures.

People paste an answer and forget to remove what was said to them. The list is the project's own; each phrase has a
weight class, from which the verdict takes its nats: `decisive` (nothing else writes it), `strong` (people rarely do),
`weak` (people do, too). A phrase in quotation marks, in code, or after a word that reports speech is a mention, no
evidence; in a text that names chat models elsewhere a leftover counts in the next lower class. The kind `link` is an
address that was copied out of an answer, `disclosure` a sentence by which the text says that a machine wrote it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, NamedTuple

import polars as pl

from provenance.errors import ConfigError
from provenance.schema import Column
from provenance.signals.forms import LOWER, RULES, Phrase, Place, check_form, ends_line
from provenance.signals.hits import HITS, Hit, collect_hits
from provenance.signals.matcher import Found, Matcher, Pattern, fold, read_lexicon
from provenance.signals.mention import is_about_models, is_about_templates, is_introduced, is_listed, is_quoted

LEXICON = Path(__file__).parent / "lexicons" / "phrases.tsv"
LEXICON_COLUMNS = ("phrase", "language", "kind", "weight", "rule")
KINDS = (
    "refusal", "cutoff", "opener", "closer", "citation", "link", "placeholder", "prompt", "disclosure",
)  # fmt: skip
WEIGHTS = ("decisive", "strong", "weak")
# Of these kinds a phrase is the beginning of a sentence: alone on a line it is an entry of a list.
_BEGINNINGS = ("refusal", "cutoff")
# A link is an address, whatever the text is about.
_MARKS = ("link",)
_CUE = re.compile(
    r"(?:\b(?:phrases?|wording|responses? like|words like|expressions? like|such as|says?|said|saying|repl(?:y|ies|ied)"
    r"|respond(?:s|ed|ing)?|answer(?:s|ed)|wrote|called|prompts? like|messages? like|search(?:es|ed"
    r"|ing)? for|starts? with"
    r"|began with|begins? with|ends? with|contain(?:s|ed|ing)?|includ(?:es|ed|ing)|type|typed|prompt"
    r"|prompted|try|ask(?:ed)?"
    r"|tokens?|markers?|artefacts?|artifacts?|strings?|delete|remove|strip|left in|avoid"
    r"|phrasen?|satz|worten|schrieb|sagte|antwortet\w*|frase|fraza|zin|zdanie|фраз\w*|слов\w*"
    r"|répond\w*|réponse|écrit|dit"
    r"|respond(?:ió|e|eu)|dijo|disse|risponde|rispost\w*|zei|antwoordde|odpowiedział\w*|odpowiada|ответил\w*|отвеча\w*"
    r"|trả lời|viết)[^\w.!?]{0,6}(?:\w+[^\w.!?]+){0,2}|(?:说|說|回答|写道|表示|と答え|と返|言う|という)\W{0,4})$"
)
_AFTER_CUE = re.compile(
    r"\W{0,3}(?:(?:is|are|was|were|became) (?:a|an|the|now|not a|one of)? ?(?:\w+ ){0,2}?(?:phrase"
    r"|giveaway|sign|tell|hallmark|clich|meme"
    r"|response|answer|message|disclaimer|error|line|marker|token)|(?:phrase|disclaimer|message|line"
    r"|boilerplate|button|token|marker"
    r"|tag|comment|prompt|template)s?\b|(?:replied|responded|answered|said|says|wrote) )"
)
_DOUBT = re.compile(
    r"\b(?:if|whether|claim\w*|den(?:y|ied|ies)|not true that|suspect\w*|thinks?|thought|believe[sd]?"
    r"|wonder\w*|accus\w+|alleg\w+"
    r"|assum\w+|guess|bet|ob|wenn|falls|glaub\w*|behaupt\w*|si|pense\w*|creo que|dice\w* que|dicono che|se|acho que"
    r"|czy|jeśli|myślę|если|ли|думаю|如果|是否|もし|nếu)[^\w.!?]+(?:\w+[^\w.!?]+){0,3}$"
)


class Leftover(NamedTuple):
    """A phrase in use, where it stands and what it is worth there."""

    place: Place
    phrase: Phrase
    about: bool  # the text is about chat models or templates


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
    cue_after: int = 60
    own_reach: int = 100  # names of models so near a leftover are its own, no sign that the text is about them

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
            None if row is None else [_hit(text, leftover) for leftover in row]
            for text, row in zip(texts, rows, strict=True)
        ]
        return pl.DataFrame(
            [
                pl.Series("phrase_count", [None if row is None else len(row) for row in rows], pl.Int64),
                pl.Series("phrase_decisive_count", [_count(row, "decisive") for row in rows], pl.Int64),
                pl.Series("phrase_strong_count", [_count(row, "strong") for row in rows], pl.Int64),
                collect_hits("phrase_hits", hits),
            ]
        )

    def _used(self, text: str, matcher: Matcher, phrases: list[Phrase], marks: bool) -> list[Leftover]:
        folded = fold(text)
        found = matcher.find(folded, marks=marks)
        return self._weigh(text, folded, found, phrases) if found else []

    def _weigh(self, text: str, folded: str, found: list[Found], phrases: list[Phrase]) -> list[Leftover]:
        used: list[Leftover] = []
        for one in found:
            phrase = phrases[one.entry]
            place = check_form(text, one.start, one.end, phrase)
            if place is not None and not self._is_mentioned(text, folded, place, phrase):
                _add(used, Leftover(place, phrase, about=False))
        return self._lower(folded, used) if any(one.place.weight != "weak" for one in used) else used

    def _is_mentioned(self, text: str, folded: str, place: Place, phrase: Phrase) -> bool:
        start, end, _ = place
        if is_quoted(text, start, end, self.quote_reach) or is_listed(text, start, end):
            return True
        if phrase.kind in _MARKS:
            return False
        if phrase.kind in _BEGINNINGS and _stands_alone(text, start, end):
            return True
        before = start - max(_reach_back(text, start), start - self.cue_before)
        cues = (_CUE, _DOUBT) if phrase.kind == "disclosure" else (_CUE,)
        if any(is_introduced(folded, start, end, cue, before=before, after=0) for cue in cues):
            return True
        return _AFTER_CUE.match(folded, end, end + self.cue_after) is not None

    def _lower(self, folded: str, used: list[Leftover]) -> list[Leftover]:
        """In a text about chat models leftovers count in the next lower class, and gaps in one about templates."""
        places = [(one.place.start, one.place.end) for one in used]
        if is_about_models(folded, places, self.own_reach):
            return [_demote(one) for one in used]
        templates = any(one.phrase.kind == "placeholder" for one in used) and is_about_templates(folded)
        return [_demote(one) if templates and one.phrase.kind == "placeholder" else one for one in used]


@cache
def load_phrases(path: Path) -> tuple[Matcher, list[Phrase], list[str]]:
    """The compiled list and the marks that may stand anywhere (a leading `*`), once per process.

    ConfigError when the file is not such a list.
    """
    rows = read_lexicon(path, LEXICON_COLUMNS)
    for number, row in enumerate(rows, start=2):
        if row["rule"] not in RULES:
            raise ConfigError(f"{path}, line {number}: unknown rule {row['rule']!r}; one of {', '.join(sorted(RULES))}")
    phrases = [Phrase(row["language"], row["kind"], row["weight"], row["rule"]) for row in rows]
    forms = [(fold(row["phrase"].removeprefix("*")).strip(), row["phrase"].startswith("*")) for row in rows]
    matcher = Matcher(Pattern(form, entry, anywhere) for entry, (form, anywhere) in enumerate(forms))
    return matcher, phrases, [row["phrase"][1:] for row in rows if row["phrase"].startswith("*")]


def _holds_any(texts: pl.Series, marks: list[str]) -> pl.Series:
    holds = pl.col("text").str.contains_any(marks, ascii_case_insensitive=True)
    return texts.alias("text").to_frame().select(holds)["text"]


def _add(used: list[Leftover], one: Leftover) -> None:
    """Of two whose whole forms overlap the one of the higher class stays, else the first."""
    if not used or one.place.start >= used[-1].place.end:
        used.append(one)
    elif WEIGHTS.index(one.place.weight) < WEIGHTS.index(used[-1].place.weight):
        used[-1] = one


def _reach_back(text: str, start: int) -> int:
    """Where what introduces a phrase may begin: on its line, or on the line before where that ends in a colon."""
    line = text.rfind("\n", 0, start) + 1
    return 0 if text[max(0, line - 4) : line].rstrip().endswith((":", "：")) else line


def _stands_alone(text: str, start: int, end: int) -> bool:
    line_start = text.rfind("\n", 0, start) + 1
    alone = not text[line_start:start].strip(" \t#*_-•·\u00a0") and ends_line(text, end)
    return alone and text[end : end + 1] not in (".", "!") and (line_start > 0 or "\n" in text[end:])


def _demote(one: Leftover) -> Leftover:
    if one.phrase.kind in _MARKS or one.place.weight == "weak":
        return one
    return Leftover(one.place._replace(weight=LOWER[one.place.weight]), one.phrase, about=True)


def _count(row: list[Leftover] | None, weight: str) -> int | None:
    return None if row is None else sum(one.place.weight == weight for one in row)


def _hit(text: str, one: Leftover) -> Hit:
    detail = f"{one.phrase.kind}, {one.place.weight}, {one.phrase.language}"
    said = f"{detail}, in a text about chat models or templates" if one.about else detail
    start, end, _ = one.place
    return {"start": start, "end": end, "match": text[start:end], "detail": said}
