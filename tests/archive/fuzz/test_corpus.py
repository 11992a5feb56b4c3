"""What the fuzzer has learned, replayed: the laws of reading hold for every input that reaches new code."""

from pathlib import Path
from random import Random

import pytest

from tests.archive.fuzz.laws import check_reading
from tests.archive.fuzz.mutate import cross, mutate
from tests.archive.fuzz.seeds import make_seeds

CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())
SEEDS = make_seeds()
N_CHANGED = 40  # changed inputs for each seed


def flip(data: bytes, max_size: int, chance: Random) -> bytes:
    """A few bytes changed: what the fuzzer itself would do, without it."""
    changed = bytearray(data[:max_size])
    for _ in range(min(len(changed), chance.randrange(1, 5))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def test_the_corpus_is_small() -> None:
    assert 0 < len(CORPUS) <= 300
    assert sum(path.stat().st_size for path in CORPUS) <= 1_000_000


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name[:12])
def test_the_laws_hold_for_what_was_found(path: Path) -> None:
    check_reading(path.read_bytes())


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_the_laws_hold_for_seeds_changed_at_random(name: str) -> None:
    chance, data = Random(name), SEEDS[name]
    assert not isinstance(check_reading(data), str)
    others = list(SEEDS.values())
    for _ in range(N_CHANGED):
        data = mutate(data, 16_384, chance, lambda part, size: flip(part, size, chance))
        data = cross(data, chance.choice(others), 16_384, chance) if chance.random() < 0.1 else data
        check_reading(data)
