"""Reads the Ding format (TU Chemnitz, F. Richter): `Wort {m} [mus.] | Wörter {pl} :: word | words`, a line an article.

Bars part forms that stand beside each other on both sides, semicolons part expressions of the same meaning. Remarks
stand in (), [], <>, abbreviations in //, grammar in {}.
"""

import re
from collections.abc import Sequence

from provenance.adapters.dictionaries.found import LONGEST, Found
from provenance.train.calques.entries import Entry, Kind, plain_translation

SIDES = "::"
_TAG = re.compile(r"\{([^{}]*)\}")
_REMARK = re.compile(
    r"\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>|\{[^{}]*\}|/[^/]*/|\b(?:sth|sb|so)\.(?:/(?:sth|sb)\.)?(?:'s)?|~\S*"
)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>")
_OBJECT = re.compile(r"^(?:(?:etw|jdn|jdm|jds|jd)\.(?:/(?:etw|jdn|jdm|jds|jd)\.)* |sich )+")  # "etw. trinken"
_KINDS = (
    (Kind.PLURAL, ("pl",)),
    (Kind.NOUN, ("m", "f", "n")),
    (Kind.VERB, ("vt", "vi", "vr", "v")),
    (Kind.ADJECTIVE, ("adj",)),
    (Kind.NUMBER, ("num",)),
)


def read_ding(lines: Sequence[str]) -> Found:
    """The entries of a Ding file's lines; remarks (#) and blank lines are passed over."""
    found = Found()
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        if len(line) > LONGEST:
            found.bad.append(f"line {number}: {len(line):,} characters, more than {LONGEST:,}")
            continue
        left, sides, right = line.partition(SIDES)
        if not sides or not left.strip() or not right.strip():
            found.bad.append(f"line {number}: no two sides parted by ::")
            continue
        heads, meanings = _hide(left).split("|"), _hide(right).split("|")
        for head, meaning in (
            zip(heads, meanings, strict=False) if len(heads) == len(meanings) else [(heads[0], meanings[0])]
        ):
            found.entries += _read_pair(head, meaning)
    return found


def _read_pair(head: str, meaning: str) -> list[Entry]:
    translations = tuple(text for part in meaning.split(";") if (text := plain_translation(_bare(part))) is not None)
    words = [(_OBJECT.sub("", _bare(part)), _kind(part)) for part in head.split(";")]
    told = [kind for _, kind in words]
    for at in range(len(told) - 2, -1, -1):  # "wahrnehmen; entdecken {vt}": the last tells for those before
        told[at] = told[at + 1] if told[at] is Kind.UNTOLD else told[at]
    return [
        Entry(word, kind, translations)
        for (word, _), kind in zip(words, told, strict=True)
        if translations and word.replace("-", "").isalpha()
    ]


def _hide(side: str) -> str:
    """The side without brackets, and with no bar or semicolon inside its braces: "{drank; drunk}"."""
    return _TAG.sub(lambda tag: tag[0].replace(";", ",").replace("|", ","), _BRACKETS.sub(" ", side))


def _bare(part: str) -> str:
    return " ".join(_REMARK.sub(" ", part).split())


def _kind(part: str) -> Kind:
    tags = {name.strip() for tag in _TAG.findall(part) for name in re.split(r"[,;/ ]", tag)}
    if not tags:
        return Kind.UNTOLD
    return next((kind for kind, names in _KINDS if tags.intersection(names)), Kind.OTHER)
