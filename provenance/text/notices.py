"""Finds sentences in which a page says of itself that it was translated by machine.

What counts is a whole statement about the page: "This article was machine-translated", or a line of nothing else
("Automatically translated by Google"). Not a question, a quotation, what may be, other versions, parts of the page,
reviews and comments. Where people are said to have edited it, the notice says so.

The wordings stand in `notices.tsv`, a row for a language: `keys` are stems to look for first, one of which stands in
the source of every page with a notice (so few letters that may be written as entities); `things` what a notice
speaks of, `said` what it says of them at most `gap` characters later, `alone` what is a notice as a line of its own;
`limits` make it say something else. These are looked for before the end of what is said, or in the whole sentence
(`limits_before`: last) where the verb ends it. All are regular expressions.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("notices.tsv")
ENGLISH = "en"
MAX_SENTENCE = 600  # characters; a longer "sentence" is a table or a list whose ends were lost
_TOOL = "google|deepl|bing|microsoft translator|yandex|chatgpt|gpt|claude|gemini|papago|systran"
_ENDS = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|[;；]\s*|\s[|·•–—]\s|\n+")
_SPACES = re.compile(r"[\s\u00a0\u200b]+")
_OPENING, _CLOSING = "“„«「『‹", "”»」』›"
_EDITED = re.compile(
    r"(?<!not )(?<!not been )\b(?:reviewed|revised|edited|proofread|corrected|checked|verified)\s+(?:and \w+ )?by\s+"
    r"(?:an?\s+|our\s+|the\s+)?(?:\w+\s+)?(?:humans?|people|persons?|native|editors?|editorial|translators?|team|staff"
    r"|linguists?|experts?)|human[- ](?:reviewed|edited|revised)|post-?edited"
    r"|(?<!nicht )(?:nachbearbeitet|überarbeitet|redigiert|korrekturgelesen)|(?:revue?|relue?|corrigée?) par"
    r"|revisad[oa] por|corregid[oa] por|rivist[oa] da"
    r"|(?<!не )(?:отредактирован|проверен)\w{0,3} (?:человеком|редактор\w+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence that says so, as it stands but for its spaces; `edited` where it names people who went over it."""

    sentence: str
    edited: bool


@dataclass(frozen=True, slots=True)
class Wording:
    """How a language says it: see the columns of the table."""

    keys: frozenset[str]
    says: re.Pattern[str]
    limits: re.Pattern[str]
    verb_last: bool


@cache
def find_keys(language: str) -> Sequence[str]:
    """Stems one of which stands in the source of every page in `language` that has a notice, English ones first.

    Of a language without wordings those of all.
    """
    return tuple(dict.fromkeys(key for row in _choose_rows(language) for key in row["keys"].split("|")))


@cache
def load_wordings(language: str) -> Sequence[Wording]:
    """The wordings that are looked for on a page that declares `language`."""
    return tuple(map(_compile, _choose_rows(language)))


def has_wordings(language: str) -> bool:
    """Whether notices of this language (ISO 639) are known."""
    return language in _load_rows()


def find_notices(text: str, wordings: Sequence[Wording]) -> Iterator[Notice]:
    """The notices among the sentences of a text, in order."""
    edited: bool | None = None  # of the whole text: told once, since there may be many notices in it
    for part in _ENDS.split(text):
        sentence = _SPACES.sub(" ", part).strip().replace("’", "'")
        if not sentence or len(sentence) > MAX_SENTENCE or sentence[-1] in "?？؟":
            continue
        if any(_says(sentence, wording) for wording in wordings):
            if edited is None:
                edited = _EDITED.search(_SPACES.sub(" ", text)) is not None
            yield Notice(sentence, edited)


@cache
def _load_rows() -> Mapping[str, Mapping[str, str]]:
    """The rows of the table by language."""
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    names = lines[0].split("\t")
    rows = [dict(zip(names, line.split("\t"), strict=True)) for line in lines[1:]]
    return {language: row for row in rows for language in row["languages"].split()}


def _choose_rows(language: str) -> Sequence[Mapping[str, str]]:
    rows = _load_rows()
    chosen = (ENGLISH, language) if language in rows else rows
    return list({rows[name]["languages"]: rows[name] for name in chosen}.values())


def _compile(row: Mapping[str, str]) -> Wording:
    things, said, alone = (row[name].replace("<tool>", _TOOL) for name in ("things", "said", "alone"))
    verb_last = row["limits_before"] == "last"
    says = rf"(?:{things})[^.!?]{{0,{row['gap']}}}?(?:{said})|^\W*(?:{alone})\W*$"
    limits = row["limits"] if verb_last else rf"\b(?:{row['limits']})\b"
    keys = frozenset(row["keys"].split("|"))
    return Wording(keys, re.compile(says, re.IGNORECASE), re.compile(limits, re.IGNORECASE), verb_last)


def _says(sentence: str, wording: Wording) -> bool:
    found = wording.says.search(sentence)
    if found is None or _is_quoted(sentence[: found.start() + 1]):
        return False
    return wording.limits.search(sentence if wording.verb_last else sentence[: found.end()]) is None


def _is_quoted(before: str) -> bool:
    """Whether a quotation is open at the end; straight marks open and close in turn."""
    opened = sum(map(before.count, _OPENING)) - sum(map(before.count, _CLOSING))
    return opened > 0 or before.count('"') % 2 == 1
