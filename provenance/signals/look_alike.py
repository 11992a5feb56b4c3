"""Tells what looks like a compound and is none: words of a longer phrase, of two phrases, or of a name.

"A three-letter mark", "would hand shoe polish", "couples with a dog weather a long winter", "Glow Wine Bar".
"""

import re

_DASHES = "-\u2010\u2011"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# Before a noun none of these stands: the first word is a verb.
_SUBJECTS_LIST = """
i you he she it we they who would will shall should could can may might must cannot can't don't won't didn't didnt
"""
_SUBJECTS = frozenset(_SUBJECTS_LIST.split())
# After a noun none of these stands without a mark between: the last word is a verb. Articles do, in German order.
_DETERMINERS = frozenset(("his", "her", "their", "my", "your", "our", "its"))
_SMALL_LIST = """
a about above across after again against all almost along already also although always am among an and another any are
around as at away be because been before behind being below beside besides between both but by came can come could did
do does done down during each either else enough even ever every few for from get go goes got had has have he her here
him his how however i if in inside instead into is it its just last later less like may me might more most much must
my near never new next no nor not now of off often old on once one only onto or other our out outside over own per put
she should since so some soon still stood such than that the their them then there these they this those though three
through throughout till to together too toward towards two under unless until up upon us very via was we well went
were what when where whether which while who whose why will with within without would yet you your first
"""
_SMALL = frozenset(_SMALL_LIST.split())
_HEADING_SHARE = 0.5
_LINE_REACH = 400  # code points of the line looked at on either side
_LONG = 4  # letters: shorter words are small in headings


def is_part(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` goes on beyond a hyphen: "three-letter mark"."""
    before = start > 1 and text[start - 1] in _DASHES and text[start - 2].isalnum()
    return before or (end + 1 < len(text) and text[end] in _DASHES and text[end + 1].isalnum())


def is_clause(text: str, start: int, end: int) -> bool:
    """Whether the words beside `text[start:end]` make something else of it than a compound.

    A subject before ("they drink money"), an owner after ("care for the sick house their families"), words of content
    on both sides ("farmers drive card tables", "second hand cloth nappies"), the last word said again ("hang mat after
    mat").
    """
    before, after = _word_before(text, start), _words_after(text, end)
    if before in _SUBJECTS or (before and after and not _is_small(before) and not _is_small(after[0])):
        return True
    last = text[start:end].lower().rsplit(None, 1)[-1]
    return bool(after and after[0] in _DETERMINERS) or after[:2] == ["after", last]


def is_name(text: str, start: int, end: int) -> bool:
    """Whether every word of `text[start:end]` has a capital and what is near on its line has not, as in headings."""
    match = _WORD.findall(text[start:end])
    if len(match) < 2 or not all(word[0].isupper() for word in match):
        return False
    before = text[max(0, start - _LINE_REACH) : start].rpartition("\n")[2]
    after = text[end : end + _LINE_REACH].partition("\n")[0]
    others = [word for word in _WORD.findall(before + after) if len(word) >= _LONG]
    return bool(others) and sum(word[0].isupper() for word in others) < _HEADING_SHARE * len(others)


def _is_small(word: str) -> bool:
    return word in _SMALL or word.endswith(("ly", "ed"))


def _word_before(text: str, start: int) -> str:
    """The word that stands directly before, in lower case; empty where a mark or nothing does."""
    clause = re.search(r"[^\W\d_]+(?:['’][^\W\d_]+)?[ \n]$", text[max(0, start - 24) : start])
    return clause[0].strip().lower().replace("’", "'") if clause else ""


def _words_after(text: str, end: int) -> list[str]:
    clause = re.match(r"(?: |\n(?=[a-z]))([^\W\d_]+)(?:[ \n]([^\W\d_]+))?", text[end : end + 40])
    return [word.lower() for word in clause.groups() if word] if clause else []
