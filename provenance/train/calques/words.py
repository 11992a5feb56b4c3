"""English words and phrases made comparable: lower case, singular, hyphens as spaces, clauses cut at small words.

The same is done to the texts a phrase model learns from, to the translations of a dictionary and to the glosses that
are held against both, so a singular that is none ("bu" of "bus" it is not, "lens" stays) does no harm.
"""

import re
from collections.abc import Iterator
from functools import cache

_CLAUSE = re.compile(r"[a-zà-öø-ÿ]+(?:'[a-z]+)?(?:[ -][a-zà-öø-ÿ]+(?:'[a-z]+)?)*")
_SMALL_LIST = """
a about above across after again against all almost along already also although always am among an and another any
anyone anything are around as at away back be because become been before behind being below between both but by came
can cannot come could did do does doing done down during each either else enough even ever every everyone everything few
for from further get gets getting give given go goes going gone got had has have having he her here hers herself him
himself his how however i if in indeed instead into is it its itself just less let like likely made make makes making
many may maybe me might mine more most much must my myself near neither never next no nobody none nor not nothing now of
off often on once one ones only onto or other others otherwise our ours ourselves out over own per perhaps please put
quite rather really said same say says see seem seems seen several shall she should since so some someone something
sometimes soon still such take taken takes than that the their theirs them themselves then there therefore these they
this those though through thus till to together too took toward towards under unless until up upon us use used uses
using usually very via want wants was we well went were what whatever when where whether which while who whole whom
whose why will with within without would yet you your yours yourself
"""
_SMALL = frozenset(_SMALL_LIST.split())
_IRREGULAR_LIST = """
children child men man women woman feet foot teeth tooth geese goose mice mouse knives knife lives life wives wife
leaves leaf wolves wolf calves calf halves half shelves shelf thieves thief oxen ox lice louse loaves loaf
"""
_IRREGULAR = dict(zip(_IRREGULAR_LIST.split()[::2], _IRREGULAR_LIST.split()[1::2], strict=True))
_SPELLINGS = (("our", "or"), ("tre", "ter"), ("ence", "ense"), ("isation", "ization"), ("ise", "ize"), ("ogue", "og"),
              ("amme", "am"), ("yse", "yze"), ("ller", "ler"), ("lling", "ling"))  # fmt: skip
_KEPT = ("ss", "us", "is", "os", "as", "'s")


def make_singular(word: str) -> str:
    """The word without a plural's ending; what has none stays."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not word.endswith("s") or word.endswith(_KEPT):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word[:-1]


def make_gerund(verb: str) -> str:
    """The form in -ing of a verb: "drink" drinking, "write" writing, "swim" swimming."""
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    short = sum(sign in "aeiou" for sign in verb) == 1 and len(verb) > 2 and verb[-2] in "aeiou"
    return verb + (verb[-1] if short and verb[-1] not in "wxy" else "") + "ing"


def normalise_phrase(phrase: str) -> str:
    """Lower case, singular, American spelling, no hyphens nor possessives: "Harbour-master's" is "harbor master"."""
    folded = phrase.lower().replace("’", "'").replace("-", " ").replace("‐", " ")
    return " ".join(_spell(make_singular(word.removesuffix("'s").strip("'"))) for word in folded.split())


@cache
def _spell(word: str) -> str:
    """American spelling of what the British spell otherwise; wrong for "hour", on both sides alike."""
    for british, american in _SPELLINGS:
        if len(word) > len(british) + 1 and word.endswith(british):
            return word[: -len(british)] + american
    return word


def is_small(word: str) -> bool:
    """Whether it is a word of grammar, of which no gloss is made."""
    return word in _SMALL


def read_phrases(text: str) -> Iterator[str]:
    """The runs of content words of an English text, normalised; marks, numbers, small words and blank lines end one."""
    folded = text.lower().replace("’", "'").replace("\r", "").replace("\n\n", "|").replace("\n", " ")
    for clause in _CLAUSE.findall(folded):
        run: list[str] = []
        for word in normalise_phrase(clause).split():
            if word not in _SMALL:
                run.append(word)
            elif run:
                yield " ".join(run)
                run = []
        if run:
            yield " ".join(run)
