"""Words and their runs as hashes, many texts at a time (shingles: Broder 1997, "On the resemblance of documents").

What is hashed is fixed; a change of it makes all signatures written before worthless.

- A text is put into normal form C, then every code point is lower-cased by itself (where its lower case is one code
  point; so Σ is σ everywhere and İ stays). Words are those of `provenance.text.words.WORD`.
- A word of code points c0, c1, ... has the hash fmix64(sum of c_j * BASE^j), all modulo 2^64, where fmix64 is the
  64-bit finaliser of MurmurHash3.
- A run of words w0, w1, ... has the hash sum of w_i * STEP^i modulo 2^64; a shingle is its upper 32 bits.
"""

import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenance.text.words import UNSPACED

BASE = 0x9E3779B97F4A7C15  # odd, so that its powers have inverses modulo 2^64
STEP = 0xD6E8FEB86659FD93
JOINERS = "'’‑-"  # as in WORD: inside a word, never at its edge

_MODULUS = 1 << 64
_FMIX1, _FMIX2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_SHIFT = np.uint64(33)
_LETTER, _SINGLE, _JOINER = 1, 2, 3
_CLASS_SHIFT = np.uint32(21)  # a code point needs 21 bits; its class sits above them
_CODE_MASK = np.uint32((1 << 21) - 1)
_ASSIGNED = ((0, 0xD800), (0xE000, 0x40000), (0xE0000, 0xE1000))  # where letters, marks and digits can be
_PIECE = 1 << 16  # code points handled at once: the arrays stay in the processor's cache

Codes = NDArray[np.uint32]
Positions = NDArray[np.int64]
Hashes64 = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class WordHashes:
    """Hashes of the words, or of runs of words, of several texts one after the other, repeats included.

    Text i has `hashes[offsets[i]:offsets[i + 1]]`, in the order of its words.
    """

    hashes: Hashes64
    offsets: Positions


@dataclass(frozen=True, slots=True)
class Shingles:
    """Shingle hashes, laid out like `WordHashes`; a text shorter than a shingle has none."""

    hashes: NDArray[np.uint32]
    offsets: Positions


def hash_shingles(texts: Sequence[str], *, words: int) -> Shingles:
    """Hashes of all runs of `words` words of each text; the same for a text whatever stands beside it."""
    runs = hash_runs(hash_words(texts), words)
    return Shingles((runs.hashes >> np.uint64(32)).astype(np.uint32), runs.offsets)


def hash_words(texts: Sequence[str]) -> WordHashes:
    """The hash of every word of each text."""
    groups = [_hash_group(group) for group in _group_by_size(texts)]
    counts = np.concatenate([np.zeros(1, np.int64), *(counts for _, counts in groups)])
    return WordHashes(np.concatenate([np.zeros(0, np.uint64), *(h for h, _ in groups)]), np.cumsum(counts))


def hash_runs(words: WordHashes, size: int) -> WordHashes:
    """The hash of every run of `size` words of each text; a run never reaches into the next text."""
    counts = np.maximum(np.diff(words.offsets) - (size - 1), 0)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    n = len(words.hashes) - size + 1
    if n < 1:
        return WordHashes(np.zeros(0, np.uint64), offsets)
    total = words.hashes[:n].copy()
    for i in range(1, size):
        total += words.hashes[i : i + n] * np.uint64(pow(STEP, i, _MODULUS))
    within = np.ones(n, bool)
    for back in range(1, size):
        cut = words.offsets[1:-1] - back
        within[cut[(cut >= 0) & (cut < n)]] = False
    return WordHashes(total[within], offsets)


def find_words(codes: Codes) -> tuple[Codes, Positions, Positions]:
    """The code points lower-cased, and where each word starts and ends (exclusive)."""
    packed = _character_table()[codes]
    kinds = (packed >> _CLASS_SHIFT).astype(np.uint8)
    inside = np.zeros(len(codes) + 2, bool)
    letter = kinds == _LETTER
    inside[1:-1] = letter
    inside[2:-2] |= (kinds[1:-1] == _JOINER) & letter[:-2] & letter[2:]
    edges = inside[1:] != inside[:-1]
    single = kinds == _SINGLE
    starts = np.flatnonzero(single | (edges[:-1] & inside[1:-1]))
    ends = np.flatnonzero(single | (edges[1:] & inside[1:-1])) + 1
    return packed & _CODE_MASK, starts, ends


def _group_by_size(texts: Sequence[str]) -> Iterator[list[str]]:
    """Runs of texts, in order, of about a piece together; a longer text stands alone."""
    group: list[str] = []
    size = 0
    for text in texts:
        if group and size + len(text) > _PIECE:
            yield group
            group, size = [], 0
        group.append(unicodedata.normalize("NFC", text))
        size += len(text)
    if group:
        yield group


def _hash_group(texts: list[str]) -> tuple[Hashes64, Positions]:
    """The word hashes of a few texts, and how many each has."""
    codes = np.frombuffer("\n".join(texts).encode("utf-32-le"), np.uint32)
    lengths = np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts))
    lowered, starts, ends = find_words(codes)
    counts = np.diff(np.searchsorted(starts, np.cumsum(lengths)), prepend=0)
    return hash_spans(lowered, starts, ends), counts


def hash_spans(codes: Codes, starts: Positions, ends: Positions) -> Hashes64:
    """The hash of the code points of each span, spans in order: prefix sums over pieces of whole spans."""
    hashes = np.empty(len(starts), np.uint64)
    first = 0
    while first < len(starts):
        base = int(starts[first])
        last = max(int(np.searchsorted(ends, base + _PIECE, side="right")), first + 1)
        powers, inverses = _powers(max(_PIECE, int(ends[last - 1]) - base))
        piece = codes[base : ends[last - 1]].astype(np.uint64)
        sums = np.zeros(len(piece) + 1, np.uint64)
        np.cumsum(piece * powers[: len(piece)], out=sums[1:])
        left, right = starts[first:last] - base, ends[first:last] - base
        hashes[first:last] = (sums[right] - sums[left]) * inverses[left]
        first = last
    return _fmix64(hashes)


def _fmix64(values: Hashes64) -> Hashes64:
    values ^= values >> _SHIFT
    values *= _FMIX1
    values ^= values >> _SHIFT
    values *= _FMIX2
    values ^= values >> _SHIFT
    return values


def _powers(n: int) -> tuple[Hashes64, Hashes64]:
    """BASE^j and BASE^-j for j below n; only the usual size is kept."""
    return _usual_powers() if n <= _PIECE else _make_powers(n)


@cache
def _usual_powers() -> tuple[Hashes64, Hashes64]:
    return _make_powers(_PIECE)


def _make_powers(n: int) -> tuple[Hashes64, Hashes64]:
    def series(base: int) -> Hashes64:
        factors = np.full(n, base, np.uint64)
        factors[0] = 1
        return np.cumprod(factors)

    return series(BASE), series(pow(BASE, -1, _MODULUS))


def classify_characters() -> tuple[Codes, NDArray[np.uint8]]:
    """Lower case of every code point, and its class: 1 letter or digit, 2 of an unspaced script, 3 joiner, else 0."""
    packed = _character_table()
    return packed & _CODE_MASK, (packed >> _CLASS_SHIFT).astype(np.uint8)


def knows_characters() -> bool:
    """Whether the table of characters has been read in this process, or in the one it was forked from."""
    return bool(_tables)


@cache
def pack_characters() -> bytes:
    """The table of characters, some 7 kB, for a process that cannot read it: a forked one, where polars hangs."""
    return zlib.compress((_character_table() - np.arange(0x110000, dtype=np.uint32)).tobytes())


def unpack_characters(packed: bytes) -> None:
    """Takes over the table of another process, unless there is one."""
    if not _tables:
        differences = np.frombuffer(zlib.decompress(packed), np.uint32)
        _tables.append(np.add(differences, np.arange(0x110000), dtype=np.uint32, casting="unsafe"))


def _character_table() -> Codes:
    if not _tables:
        _tables.append(_read_characters())
    return _tables[0]


_tables: list[Codes] = []  # one at most


def _read_characters() -> Codes:
    """Lower case and class of every code point, by the same Unicode tables (polars') that WORD is read with."""
    table = np.arange(0x110000, dtype=np.uint32)
    for low, high in _ASSIGNED:
        codes = np.arange(low, high, dtype=np.uint32)
        characters = pl.Series(list(codes.tobytes().decode("utf-32-le")))
        letter = characters.str.contains(r"^[\p{L}\p{M}\p{N}]$").to_numpy()
        single = characters.str.contains(rf"^[{UNSPACED}]$").to_numpy()
        joiner = characters.is_in(list(JOINERS)).to_numpy()
        kinds = np.select([single, letter, joiner], [_SINGLE, _LETTER, _JOINER], 0).astype(np.uint32)
        table[low:high] = _lower(codes, characters) | (kinds << _CLASS_SHIFT)
    return table


def _lower(codes: Codes, characters: pl.Series) -> Codes:
    lowered = characters.str.to_lowercase()
    one = lowered.str.len_chars().to_numpy() == 1
    result = codes.copy()
    result[one] = np.frombuffer("".join(lowered.filter(pl.Series(one))).encode("utf-32-le"), np.uint32)
    return result
