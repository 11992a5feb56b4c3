"""Reads dictd databases as FreeDict publishes them: an index of places, and articles in a file beside it.

Source: dictd(8) and RFC 2229; an index line is headword, offset and length, the numbers in base 64. The first line of
an article is the headword with pronunciation and grammar, then a line of translations for each sense.
"""

import re
from collections.abc import Sequence

from provenance.adapters.dictionaries.found import LONGEST, Found
from provenance.train.calques.entries import Entry, Kind, plain_translation

INDEX_LINE = re.compile(r"^[^\t]*\t[A-Za-z0-9+/]{1,11}\t[A-Za-z0-9+/]{1,11}(?:\t.*)?$")
_DIGITS = {sign: value for value, sign in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}
_HEAD = re.compile(r"^(?P<word>\S.*?)\s*(?:/.*/)?\s*(?:<(?P<tags>[^<>]*)>)?\s*$")
_ASIDE = re.compile(r'^\s*(?:Notes?:|Synonyms?:|Antonyms?:|see:|see also:|")')
_REMARK = re.compile(r"<[^<>]*>|\[[^\[\]]*\]|\([^()]*\)|\b(?:sth|sb)\.(?:'s)?")
_NUMBER = re.compile(r"^\s*(?:\d+\.)?\s*")
_LONGEST_HEAD = 500  # characters
_LONGEST_ARTICLE = 64_000  # bytes
_KINDS = {"n": Kind.NOUN, "v": Kind.VERB, "adj": Kind.ADJECTIVE}


def read_dictd(index: Sequence[str], articles: bytes) -> Found:
    """The entries of the articles that the index names, in the order of the file, each once."""
    found = Found()
    places: set[tuple[int, int]] = set()
    for number, line in enumerate(index, start=1):
        if not INDEX_LINE.match(line):
            found.bad.append(f"line {number}: no index line (headword, offset, length)")
        elif not line.startswith(("00database", "00-database")):
            place = _place(line)
            if sum(place) > len(articles):
                found.bad.append(f"line {number}: points behind the end of the articles")
            elif place[1] > _LONGEST_ARTICLE:
                found.bad.append(f"line {number}: an article of {place[1]:,} bytes, more than {_LONGEST_ARTICLE:,}")
            else:
                places.add(place)
    for offset, length in sorted(places):
        _read_article(articles[offset : offset + length].decode("utf-8", "replace"), offset, found)
    return found


def _place(line: str) -> tuple[int, int]:
    numbers = line.split("\t")[1:3]
    offset, length = (sum(_DIGITS[sign] * 64**rank for rank, sign in enumerate(reversed(digits))) for digits in numbers)
    return offset, length


def _read_article(article: str, offset: int, found: Found) -> None:
    head, *lines = article.strip("\n").split("\n")
    parsed = _HEAD.match(" ".join(head.split())) if len(head) <= _LONGEST_HEAD else None
    if parsed is None:
        found.bad.append(f"article at {offset}: no headword in its first line")
        return
    word, kind = parsed["word"].strip(), _kind(parsed["tags"] or "")
    for line in lines if word.replace("-", "").isalpha() else ():
        if len(line) > LONGEST:
            found.bad.append(f"article at {offset}: a line of {len(line):,} characters, more than {LONGEST:,}")
            continue
        translations = [] if _ASIDE.match(line) else _REMARK.sub("", _NUMBER.sub("", line)).split(",")
        plain = tuple(text for part in translations if (text := plain_translation(part)) is not None)
        if plain:
            found.entries.append(Entry(word, kind, plain))


def _kind(tags: str) -> Kind:
    names = [name.strip() for name in tags.split(",")]
    if not tags:
        return Kind.UNTOLD
    if "pl" in names:
        return Kind.PLURAL
    return next((kind for name, kind in _KINDS.items() if name in names), Kind.OTHER)
