"""What is known of a sample, as twelve numbers that travel with it from a loader's worker to the training loop.

Numbers, because every collate function can stack them and every worker can send them cheaply; float64 holds each.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from provenance.adapters.loaders.scored import Scored, make_scored

Packed = NDArray[np.float64]
FIELD = "provenance"  # the field of a sample that holds them
PACKED = (
    "stream",  # which worker of which rank read the sample; -1: none, the sample was asked for by its number
    "block",  # which block of its stream; -1 likewise
    "offset",  # which sample of what its block gave out, from 0; without a stream: its number in the dataset
    "origin",  # index into ORIGINS
    "declared",  # number of the declared source, -1 none
    "n_words",  # -1 null
    "ai_score",  # NaN null, as the next three
    "mt_score",
    "ai_llr",
    "mt_llr",
    "language",  # letters of the ISO 639 code as digits of base 27; 0 null
    "weight",  # 0 to 1: the chance with which the sample stayed
)
_SCORES = ("ai_score", "mt_score", "ai_llr", "mt_llr")
_PLACE = {name: place for place, name in enumerate(PACKED)}
_MOST_LETTERS = 11  # 27^11 is below 2^53


def pack(
    scored: Scored, weights: NDArray[np.float64], *, stream: int, block: int, offsets: NDArray[np.int64]
) -> Packed:
    """A row of `PACKED` per sample of `scored`, in order."""
    packed = np.empty((len(scored), len(PACKED)), np.float64)
    packed[:, 0] = stream
    packed[:, 1] = block
    packed[:, 2] = offsets
    for name in ("origin", "declared", "n_words", *_SCORES):
        packed[:, _PLACE[name]] = getattr(scored, name)
    packed[:, _PLACE["language"]] = [number_language(code) for code in scored.language.tolist()]
    packed[:, _PLACE["weight"]] = weights
    return packed


def unpack(packed: Packed) -> tuple[Scored, NDArray[np.float64], NDArray[np.int64]]:
    """The scores, the weights, and the positions (stream, block, offset: a row each) of one sample or of many.

    What is not packed is not known: `problem` is none, `pair` 0, `cluster_size` 1.
    """
    rows = np.asarray(packed, np.float64).reshape(-1, len(PACKED))
    known = {name: rows[:, _PLACE[name]] for name in ("origin", "declared", "n_words", *_SCORES)}
    languages = [name_language(int(number)) for number in rows[:, _PLACE["language"]].tolist()]
    scored = make_scored(len(rows), language=np.array(languages, np.str_), **known)
    return scored, rows[:, _PLACE["weight"]], rows[:, :3].astype(np.int64)


@lru_cache(maxsize=4096)
def number_language(code: str) -> int:
    """An ISO 639 code as a number; 0 for "" and for what is no code of at most 11 letters from a to z."""
    digits = [ord(letter) - ord("a") + 1 for letter in code]
    if len(digits) > _MOST_LETTERS or not all(1 <= digit <= 26 for digit in digits):
        return 0
    return sum(digit * 27**place for place, digit in enumerate(digits))


@lru_cache(maxsize=4096)
def name_language(number: int) -> str:
    """The code of a number of `number_language`."""
    letters = ""
    while number > 0:
        number, digit = divmod(number, 27)
        letters += chr(ord("a") + digit - 1)
    return letters
