"""Reads FreeDict's TEI XML: an `entry` has forms (`orth`), grammar (`pos`, `number`) and senses with translations.

Source: TEI P5, chapter 9 (dictionaries), as the FreeDict HOWTO uses it: `cit type="trans"` with `quote`.
"""

import io
from collections.abc import Iterator
from xml.etree import ElementTree

from provenance.adapters.dictionaries.found import LONGEST, Found
from provenance.train.calques.entries import Entry, Kind, plain_translation

_KINDS = {
    **dict.fromkeys(("n", "noun", "pn"), Kind.NOUN),
    **dict.fromkeys(("v", "verb", "vt", "vi"), Kind.VERB),
    **dict.fromkeys(("adj", "adjective"), Kind.ADJECTIVE),
}


def read_tei(content: bytes) -> Found:
    """The entries of a TEI file. Raises ElementTree.ParseError, which knows the line, where it is not well formed."""
    found = Found()
    for _, element in ElementTree.iterparse(io.BytesIO(content)):
        if _name(element) != "entry":
            continue
        words = [word for orth in _inside(element, "orth") if (word := _text(orth))]
        if not words or max(map(len, words)) > LONGEST:
            found.bad.append(f"entry {len(found.entries) + 1}: no orth, or one of more than {LONGEST:,} characters")
            continue
        kind = _kind(element)
        for sense in list(_inside(element, "sense")) or [element]:
            plain = tuple(text for quote in _quotes(sense) if (text := plain_translation(_text(quote))) is not None)
            if plain:
                found.entries += [Entry(word, kind, plain) for word in words if word.replace("-", "").isalpha()]
        element.clear()
    return found


def _quotes(sense: ElementTree.Element) -> Iterator[ElementTree.Element]:
    for cit in _inside(sense, "cit"):
        if cit.get("type", "trans") in ("trans", "translation"):
            yield from _inside(cit, "quote")


def _kind(entry: ElementTree.Element) -> Kind:
    if any(_text(number) in ("pl", "plural") for number in _inside(entry, "number")):
        return Kind.PLURAL
    told = next((_text(pos) for pos in _inside(entry, "pos")), "")
    return _KINDS.get(told, Kind.OTHER) if told else Kind.UNTOLD


def _inside(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (inner for inner in element.iter() if _name(inner) == name)


def _name(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())
