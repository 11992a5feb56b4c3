"""A cheap policy, small sources, and loops that stop and go on, for the tests of the torch adapters."""

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch.utils.data import DataLoader
from torchdata.stateful_dataloader import StatefulDataLoader

from provenance.adapters.loaders.draw import draw
from provenance.adapters.loaders.scored import Scored, make_scored

N_ITEMS = 230


@dataclass(frozen=True)
class ByNumber:
    """The AI score of a sample is told by its field `n` (its number), so that nothing has to be scored.

    `power` 0: all stay; 1: a sample stays with the chance 1 - AI score. Every `refuse`-th one weighs 0.
    """

    text: str = "text"
    columns: tuple[str, ...] = ("ai_score", "origin", "n_words", "language", "weight")
    seed: int = 7
    power: float = 1.0
    refuse: int = 0
    pairs: bool = False

    def find_scores(self, batch: Any) -> Scored:
        numbers = np.array([item["n"] if isinstance(item, dict) and "n" in item else 1 for item in batch])
        return make_scored(
            len(batch),
            ai_score=np.where(numbers % 11 == 0, np.nan, numbers % 10 / 10),
            origin=numbers % 4,
            language=np.where(numbers % 3 == 0, "", "deu"),
            n_words=np.where(numbers % 5 == 0, -1, numbers),
            pair=np.where(numbers % 10 < 4, numbers // 2 + 1, 0) if self.pairs else np.zeros(len(batch), np.uint64),
        )

    def weigh(self, scored: Scored) -> np.ndarray:
        weights = (1 - np.nan_to_num(scored.ai_score)) ** self.power
        return np.where(scored.n_words % self.refuse == 0, 0.0, weights) if self.refuse else weights


def make_items(n_items: int = N_ITEMS) -> list[dict[str, Any]]:
    return [{"n": n, "text": f"text {n}"} for n in range(n_items)]


class Again:
    """An iterable that starts anew each time."""

    def __init__(self, items: list[Any]) -> None:
        self.items = items

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)


class Tracked:
    """A dataset in a torch DataLoader, its positions tracked."""

    def __init__(self, dataset: Any, workers: int, **options: Any) -> None:
        self.dataset = dataset
        self.loader = DataLoader(dataset, batch_size=4, num_workers=workers, **options)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.dataset.track(self.loader))

    def state_dict(self) -> Any:
        return self.dataset.state_dict()

    def load_state_dict(self, state: Any) -> None:
        self.dataset.load_state_dict(state)


class Stateful(Tracked):
    """The same in torchdata's StatefulDataLoader, which keeps the state itself."""

    def __init__(self, dataset: Any, workers: int, **options: Any) -> None:
        self.dataset = dataset
        self.loader = StatefulDataLoader(dataset, batch_size=4, num_workers=workers, **options)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.loader)

    def state_dict(self) -> Any:
        return self.loader.state_dict()

    def load_state_dict(self, state: Any) -> None:
        self.loader.load_state_dict(state)


LOADERS = {"track": Tracked, "stateful": Stateful}
Make = Callable[[], Tracked]


def read(batches: Any) -> list[list[int]]:
    """The numbers of the samples, batch by batch."""
    return [batch["n"].tolist() for batch in batches]


def stop_after(made: Tracked, n_batches: int) -> tuple[list[list[int]], Any]:
    """The first batches, and the state behind them."""
    found: list[list[int]] = []
    for batch in made:
        found.append(batch["n"].tolist())
        if len(found) == n_batches:
            return found, made.state_dict()
    return found, made.state_dict()


def read_states(made: Tracked) -> tuple[list[list[int]], list[Any]]:
    """All batches, and the state behind each, as a checkpoint saves it."""
    found, states = [], []
    for batch in made:
        found.append(batch["n"].tolist())
        states.append(pickle.dumps(made.state_dict()))
    return found, states


def go_on_twice(make: Make, state: Any, n_batches: int) -> list[list[int]]:
    """Goes on from a state for `n_batches`, stops, goes on from there to the end: all that came."""
    resumed = make()
    resumed.load_state_dict(pickle.loads(state))
    middle, state = stop_after(resumed, n_batches)
    last = make()
    last.load_state_dict(state)
    return middle + read(last)


def random_stops(n_batches: int, n: int = 20) -> list[tuple[int, int]]:
    """`n` places to stop at, twice each, inside an epoch of so many batches."""
    chance = np.random.default_rng(3)
    firsts = chance.integers(1, n_batches - 1, n).tolist()
    return [(first, int(chance.integers(1, n_batches - first + 1))) for first in firsts]


def numbers_of(samples: Any) -> list[int]:
    return [sample["n"] for sample in samples]


def flat(batches: list[list[int]]) -> list[int]:
    return [number for batch in batches for number in batch]


def kept_of(policy: ByNumber, epoch: int = 0) -> list[int]:
    """What stays, found without the dataset."""
    scored = policy.find_scores(make_items())
    units = np.where(scored.pair != 0, scored.pair, np.arange(N_ITEMS, dtype=np.uint64))
    return np.flatnonzero(draw(units, seed=policy.seed, epoch=epoch) < policy.weigh(scored)).tolist()
