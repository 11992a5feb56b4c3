"""Small words: articles, prepositions, pronouns and the like, of four letters at most, in eight languages together.

They are a quarter to a half of the words of running text and next to none of keywords, menus, tables and code.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from provenance.text.shingles import Codes, Positions, classify_characters

LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pt", "ru")
_WORDS = """
a about after all also am an and any are as at back be been both but by can come did do does down each even few for
from get go good got had has have he her here hers him his how i if in into is it its just know less like made make many
me mine more most much must my near nor not now of off on once one only onto or our out over own said same say see
she so some such take than that the them then they this thus time to too two up upon us use very via want was way we
well went were what when who whom will with work year yet you your isn't don't i'm i've it's he's we're i'll can't

ab aber alle als also am an auch auf aus bei beim bin bis da das dass dem den denn der des die dies doch du durch ein
eine er es für hat ich ihm ihn ihr ihre im in ins ist ja kann man mehr mein mit nach nein nicht noch nun nur ob oder
ohne sein sich sie sind so soll über um und uns vom von vor war was weil wenn wer wie wir wird wo zu zum zur

al algo así aún bien como con cual cada de del dos e el ella en era eran es esa ese eso está este esto fue ha han hay
la las le les lo los más me mi muy ni no nos o os otra otro para pero por que qué se sea ser sí sido sin son su sus
también te tras tu un una unos uno y ya yo

afin ai au aux avec bien ça car ce ces cet chez ces dans de des donc dont du elle en est et été eux fait il ils je la
le les leur lui ma mais me mes moi mon ne ni nos nous on ont ou où par pas peu plus pour qu que qui sa sans se ses si
soit son sont sous sur ta te tes toi ton tous tout très tu un une vos vous y d l c'est n'a d'un qu'il l'on s'il j'ai

ai al alla anche anni che chi ci come con cosa così da dai dal dei del di due e è ed fra già gli ha hai hanno ho i il
io la le lo loro lui ma mi mia mio ne nei nel noi non o ogni più però poi può qui se sei si sia solo sono su sua sui
sul suo tra tu tutti un una uno vi voi

aan al als bij dan dat de deze die dit door dus een en er ge geen had heb heel het hij hoe hun ik in is ja je kan maar
me meer men met mij mijn na naar niet nog nu of om ons ook op over te toch toen tot uit van veel voor was wat we wel
wij zal ze zich zij zijn zo

ao aos as até com como da das de do dos e ela ele em era essa esse esta foi há isso já lhe mais mas me mesmo meu
muito na não nas nem no nos nós o os ou para pela pelo por quem que se sem ser seu só sua são também te tem ter um
uma à às é

а без был была были было быть в вам вас весь во вот все всё вы где да для до его ее её если есть ещё же за и из или
им их к как ко кто ли мне мы на над нам нас не нет ни но ну о об он она они от по под при про с свой себя со так там
то тот тем тех ты у уже чем что чтоб эта эти это этот я
"""
_LONGEST = 4
_BITS = 16
_FACTOR = np.uint64(0xAFD9D6906CDB1637)  # odd, and found so that no two of these words share a slot
_SHIFT = np.uint64(64 - _BITS)


def small_words() -> list[str]:
    """All of the list, without those too long."""
    return sorted({word for word in _WORDS.split() if len(word) <= _LONGEST})


def are_small(codes: Codes, starts: Positions, ends: Positions) -> NDArray[np.bool_]:
    """For each word, the code points from start to end, whether it is a small one; case does not matter."""
    small = np.zeros(len(starts), bool)
    short = np.flatnonzero(ends - starts <= _LONGEST)
    keys = _pack(codes, starts[short], ends[short])
    small[short] = _table().take(_slots(keys).astype(np.intp)) == keys
    return small


def _pack(codes: Codes, starts: Positions, ends: Positions) -> NDArray[np.uint64]:
    """A short word as one number: 16 bits for each lower-cased code point."""
    letters = np.zeros((len(starts), _LONGEST), np.uint16)
    for place in range(_LONGEST):
        at = starts + place
        letters[:, place] = _lower_table().take(codes.take(np.minimum(at, ends - 1))) * (at < ends)
    return letters.view(np.uint64)[:, 0]


def _slots(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return (keys * _FACTOR) >> _SHIFT


@cache
def _lower_table() -> NDArray[np.uint16]:
    """The lower 16 bits of the lower case of every code point."""
    lower, _ = classify_characters()
    lower[ord("’")] = ord("'")
    return lower.astype(np.uint16)


@cache
def _table() -> NDArray[np.uint64]:
    """Each small word in the slot of its hash."""
    words = small_words()
    codes = np.frombuffer(" ".join(words).encode("utf-32-le"), np.uint32)
    ends = np.cumsum([len(word) + 1 for word in words]) - 1
    keys = _pack(codes, ends - np.array([len(word) for word in words]), ends)
    table = np.zeros(1 << _BITS, np.uint64)
    table[_slots(keys)] = keys
    return table
