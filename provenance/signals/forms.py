"""What must stand around a phrase of the list for it to count: named rules, the last column of the list.

A rule tells what the leftover is in full (a citation token with its brackets, a link with its address, a sentence that
goes on in the first person). A phrase that lacks its form counts in a lower weight class, or not at all.

Sources: the tokens are what assistants leave in pasted answers, as collected by Wikipedia, "Signs of AI writing", and
as they stand in public repositories.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from provenance.signals.disclosed import STATEMENTS

WINDOW = 300  # code points looked at on each side of a phrase
LOWER = {"decisive": "strong", "strong": "weak"}  # a weight class and the next lower one
# What follows "as an AI language model" where the model speaks of itself, by language; elsewhere people speak of it.
_SELF = {
    "en": r"(?:\s+(?:trained|developed|created|made|designed|built|based)[^,.\n]{0,40})?\s*[,;:—–-]?\s*(?:I\b|my\b)",
    "de": r"\s*,?\s*(?:\w+\s+)?(?:ich|mir|mein\w*)\b",
    "fr": r"\s*,?\s*(?:je\b|j['’]|mon\b|ma\b|mes\b)",
    "es": r"\s*,?\s*(?:yo|no (?:puedo|tengo|poseo|dispongo|soy|me)|puedo|tengo|mis?|estoy|carezco)\b",
    "it": r"\s*,?\s*(?:io|non (?:posso|ho|sono|possiedo|dispongo|mi)|posso|ho|la mia|il mio|le mie|i miei)\b",
    "pt": r"\s*,?\s*(?:eu|não (?:posso|tenho|possuo|sou|consigo|me)|posso|tenho|minhas?|meus?|estou)\b",
    "nl": r"\s*,?\s*(?:\w+\s+)?(?:ik|mijn)\b",
    "pl": r"\s*,?\s*(?:nie (?:mam|mogę|posiadam|jestem|potrafię)|mogę|jestem|moj[ae]|mój|ja)\b",
    "ru": r"\s*,?\s*(?:я|у меня|мне|мо[ийяё]|не могу|не имею)\b",
    "zh": r"[,，、]?\s*我",
    "ja": r"[、,]?\s*(?:私|わたし|僕)",
    "vi": r"\s*,?\s*tôi\b",
}
_TURN = (
    r"turn\d{1,3}(?:search|news|view|image|academia|file|fetch|product|reddit|forecast|finance|sports|maps|business"
    r"|video|click|source|calculator|time)\d{1,3}"
)
# Not `gemini` alone: Yahoo's advertisements carried it until 2021.
_SOURCE = (
    r"(?:utm_source=(?:chatgpt\.com|openai(?:\.com)?|copilot\.com|perplexity(?:\.ai)?|gemini\.google\.com|claude\.ai"
    r"|grok\.com|chat\.deepseek\.com)|referrer=grok\.com)(?![\w.-])"
)
_EXAMPLE_HOST = r"(?:https?://)?(?:www\.)?(?:example|(?:your|my)-?(?:site|domain|website|url|page)|domain)\."
_AROUND = {
    # ChatGPT's search writes "citeturn0search1" between U+E200 and U+E202, which fonts and parsers may drop.
    "turn": rf"(?:(?:[\ue200-\ue206]|cite ?|【|\[)+{_TURN}|(?P<bare>\b{_TURN}))(?:[\ue200-\ue206]|{_TURN}|】|\])*",
    "private": r"\ue200(?:cite|filecite|navlist|navigation|entity|image_group|url|products?|forecast|finance|video|i)\b"
    r"[^\ue201\n]{0,200}\ue201?",
    "oaicite": r":?contentReference\[oaicite:?[^\]\n]{0,20}\](?:\{index=\d+\})?|【oaicite:\d+】",
    "oai_citation": r"\[?oai_citation(?::|_attribution:)\d+[‡†][^\]\n]{0,120}\]?",
    "dagger": r"【\d+(?::\d+)?†[^】\n]{1,80}】",
    "cite": r"\[cite(?:_start\]|: ?\d+(?: ?[,–-] ?\d+)*\])",
    "attribution": r"[\"“]?attributableIndex[\"”]?\s*:\s*[\"“]?\d[\d-]*[\"”]?",
    "sandbox": r"\]\(sandbox:/mnt/data/[^)\s]+\)",
    "numbered": r"\[(?:attached_file|web|citation|page|memory|conversation_history):\d+\]",
    "grok": r"<grok:render\b[^>\n]{0,200}>",
    "link": rf"(?<![\w.@/-])(?!{_EXAMPLE_HOST})(?:https?://)?[\w-]+(?:\.[\w-]+)+[^\s<>\"'“”‘’«»（）()\[\]{{}}|`]*?"
    rf"[?&;]{_SOURCE}",
    # Cutoffs lie in these years; without one bloggers write this of their own last post.
    "cutoff": r"\bupdate,? (?:in|on) (?:\w+ )?20(?:19|2[1-6])\b",
    "trained": r"\b(?:I['’]m|I am|[Aa]s an?|[Bb]eing an?)\b[^.!?\n]{0,40}?\b(?:model|assistant"
    r"|chatbot|AI)\b[^.!?\n]{0,12}?"
    r" (?:trained|developed|created|made) by [A-Z]\w+",
}
_AFTER = {**STATEMENTS, **{f"self_{language}": pattern for language, pattern in _SELF.items()}}
# Without its form a phrase of these rules counts in the next lower class; of the others it does not count.
_LOOSE = frozenset({"oaicite", "oai_citation", "attribution", "sandbox", "grok", "cutoff", "trained"})
_CASED = frozenset({"trained", "self_en"})  # "I" and names tell by their capital
_LINES = frozenset({"line", "alone"})
FORMS = {
    name: re.compile(pattern, 0 if name in _CASED else re.IGNORECASE) for name, pattern in {**_AROUND, **_AFTER}.items()
}
# Where a model begins to speak of itself: a sentence, a clause, or after such a word.
_OPENING = re.compile(
    r"(?:^|[\n.!?。！？,，;:;：*#\-–—(]|\b(?:but|and|because|since|however|that|although|though|while"
    r"|sorry|aber|und|da|denn|mais|et|car"
    r"|pero|y|ma|e|perché|mas|pois|maar|en|want|ale|i|но|и|поскольку|nhưng|和|但|但是|因为))\s*$",
    re.IGNORECASE,
)
RULES = frozenset({"", "self", "made", *_LINES, *_AROUND})


class Place(NamedTuple):
    """Where a leftover stands, in code points, and the weight class that it has there."""

    start: int
    end: int
    weight: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """One entry of the list. `rule` is one of `RULES`: what must stand around it."""

    language: str
    kind: str
    weight: str
    rule: str = ""


def check_form(text: str, start: int, end: int, phrase: Phrase) -> Place | None:
    """The whole leftover around `text[start:end]` and its weight class there; null where the phrase lacks its form."""
    if phrase.kind == "opener" or phrase.rule in _LINES:
        fits = begins_line(text, start) and (phrase.rule != "alone" or ends_line(text, end))
        return Place(start, end, phrase.weight) if fits else None
    if phrase.rule in ("self", "made"):
        return _continue(text, start, end, phrase)
    return _surround(text, start, end, phrase) if phrase.rule else Place(start, end, phrase.weight)


def begins_line(text: str, start: int) -> bool:
    """Whether nothing but bullets and the like stands before it on its line."""
    return not text[text.rfind("\n", 0, start) + 1 : start].strip(" \t#*_-•·\u00a0")


def ends_line(text: str, end: int) -> bool:
    """Whether nothing but closing signs stands after it on its line."""
    line_end = text.find("\n", end)
    return not text[end : line_end if line_end >= 0 else len(text)].strip(" \t*_.:…!,;\u00a0")


def _surround(text: str, start: int, end: int, phrase: Phrase) -> Place | None:
    for found in FORMS[phrase.rule].finditer(text, max(0, start - WINDOW), end + WINDOW):
        if found.start() < end and found.end() > start:
            return Place(*found.span(), _weigh(found, phrase))
    return Place(start, end, LOWER.get(phrase.weight, "weak")) if phrase.rule in _LOOSE else None


def _continue(text: str, start: int, end: int, phrase: Phrase) -> Place | None:
    found = FORMS[f"{phrase.rule}_{phrase.language}"].match(text, end)
    if phrase.rule == "made":
        return Place(start, found.end(), _weigh(found, phrase)) if found else None
    return Place(start, end, _weigh_self(text, start, end, phrase, spoken=found is not None))


def _weigh(found: re.Match[str], phrase: Phrase) -> str:
    """The next lower class where the form is a poorer one: it has a named group for that."""
    return LOWER.get(phrase.weight, "weak") if any(found.groupdict().values()) else phrase.weight


def _weigh_self(text: str, start: int, end: int, phrase: Phrase, *, spoken: bool) -> str:
    """ "As an AI language model," opens a sentence or a clause, and goes on in the first person."""
    opens = _OPENING.search(text, max(0, start - 20), start) is not None
    if spoken:
        return phrase.weight if opens else LOWER.get(phrase.weight, "weak")
    return "strong" if opens and text[end : end + 1] in (",", "，", "、") else "weak"
