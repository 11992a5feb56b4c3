"""From the items of one block to what is given out: scored, weighed, drawn, shuffled, with their columns beside."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from provenance.adapters.loaders.draw import draw
from provenance.adapters.loaders.packed import FIELD, Packed, pack
from provenance.adapters.loaders.samples import NO_TEXT, NOT_TEXT, find_texts, give_text
from provenance.adapters.loaders.scored import ORIGINS, PROBLEMS, Scored
from provenance.adapters.torch.sources import Items, Places, Stream
from provenance.errors import ConfigError

Duplicates = Callable[[list[str]], list[bool]]
_MAX_CHARS = 200_000  # as of `Policy`


class Weighing(Protocol):
    """What is asked of a policy here: `provenance.Filter`, `provenance.Weights`, `provenance.Scorer`, or one's own."""

    @property
    def text(self) -> str:
        """The field of a sample with its text."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of `Scored` (and `weight`) that samples carry."""

    @property
    def seed(self) -> int:
        """What draws depend on."""

    def find_scores(self, batch: Any) -> Scored:
        """A row per sample of a list."""

    def weigh(self, scored: Scored) -> NDArray[np.float64]:
        """A number from 0 to 1 per row: the chance that the sample stays."""


def check_policy(policy: object) -> None:
    """ConfigError for what does not weigh samples."""
    if isinstance(policy, type) or not all(hasattr(policy, name) for name in ("find_scores", "weigh", "text", "seed")):
        raise ConfigError(
            f"a policy is a Filter(...), Weights(...) or Scorer(...), or has find_scores and weigh, not {policy!r}"
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """What stays of a block, in the order in which it is given out; all rows alike."""

    items: Items
    scored: Scored
    weights: NDArray[np.float64]

    def skip(self, n: int) -> "Chosen":
        """Without the first `n`."""
        if n == 0:
            return self
        rest = np.arange(n, len(self.items))
        return Chosen(self.items[n:], self.scored.take(rest), self.weights[rest])


def drop_known(items: Items, places: Places, duplicates: Duplicates, policy: Weighing) -> tuple[Places, Items]:
    """Items whose text is new, with their places; an item without a text is no duplicate."""
    values = [item.get(policy.text) if isinstance(item, Mapping) else item for item in items]
    texts, _ = find_texts(values, getattr(policy, "max_chars", _MAX_CHARS))
    new = iter(duplicates([text for text in texts if text is not None]))
    rows = [row for row, text in enumerate(texts) if text is None or next(new)]
    return places[rows], [items[row] for row in rows]


def choose(items: Items, places: Places, policy: Weighing, *, seed: int, epoch: int) -> Chosen:
    """Items drawn by their weight; near pairs (`pair` not 0) share their draw.

    What is neither mapping nor text to the policy is left out: it cannot be scored, nor be collated beside a text.
    """
    scored = policy.find_scores(items)
    _warn_without_texts(items, scored, policy.text)
    weights = np.asarray(policy.weigh(scored), np.float64)
    units = np.where(scored.pair != 0, scored.pair, places)
    stays = draw(units, seed=seed, epoch=epoch) < weights
    known = ~np.isin(scored.problem, (NO_TEXT, NOT_TEXT))
    mappings = np.array([isinstance(item, Mapping) for item in items], bool)
    known &= np.array([item is not None for item in items], bool)
    rows = np.flatnonzero(stays & (known | mappings))
    return Chosen([items[row] for row in rows.tolist()], scored.take(rows), weights[rows])


def shuffle_chosen(chosen: Chosen, *, seed: int, epoch: int, stream: int, block: int) -> Chosen:
    """The same in an order of their own for each seed, epoch, stream and block."""
    order = np.random.default_rng([seed, epoch, stream, block]).permutation(len(chosen.items))
    return Chosen([chosen.items[row] for row in order.tolist()], chosen.scored.take(order), chosen.weights[order])


def give_out(chosen: Chosen, policy: Weighing, stream: Stream, block: int, first: int) -> Items:
    """Mappings with their columns and their place (`first` is the place of the first one); all else unchanged."""
    if not any(isinstance(item, Mapping) for item in chosen.items):
        return chosen.items
    offsets = np.arange(first, first + len(chosen.items))
    packed = pack(chosen.scored, chosen.weights, stream=stream.number, block=block, offsets=offsets)
    return add_fields(chosen.items, chosen.scored, packed, policy)


def add_fields(items: Items, scored: Scored, packed: Packed, policy: Weighing) -> Items:
    """Mappings with the policy's columns and the packed numbers beside; without None, which torch's collate refuses.

    What is neither text nor bytes becomes "", a null number NaN, a null language "".
    """
    names = (*policy.columns, FIELD)
    cells = [find_cells(name, scored, packed) for name in policy.columns]
    given: Items = []
    for item, *row in zip(items, *cells, torch.from_numpy(packed).unbind(), strict=True):
        if not isinstance(item, Mapping):
            given.append(item)
            continue
        sample = {**item, **dict(zip(names, row, strict=True))}
        sample[policy.text] = give_text(sample.get(policy.text))
        given.append(sample)
    return given


def _warn_without_texts(items: Items, scored: Scored, text: str) -> None:
    """Warns of a block in which nothing could be scored, most likely since the text lies elsewhere."""
    if not np.isin(scored.problem, (NO_TEXT, NOT_TEXT)).all() or all(item is None for item in items):
        return
    item = next(item for item in items if item is not None)
    if not isinstance(item, Mapping):
        found = f"the first is a {type(item).__name__}; give texts, or mappings with a field {text!r}"
    elif text in item:
        found = f"the first has a {type(item[text]).__name__} in its field {text!r}"
    else:
        found = f"the first has no field {text!r} (it has {', '.join(map(str, item))}); say which one it is (text=)"
    warnings.warn(f"none of these {len(items)} samples has a text, so nothing is known of them: {found}", stacklevel=2)


def find_cells(name: str, scored: Scored, packed: Packed) -> Sequence[object]:
    """A column as Python values without None."""
    if name == "weight":
        return list(packed[:, -1].tolist())
    values = getattr(scored, name)
    if name in _WORDS:
        return [_WORDS[name][code] for code in values.tolist()]
    return list((np.where(values < 0, np.nan, values) if name == "n_words" else values).tolist())


_WORDS = {"origin": ORIGINS, "problem": PROBLEMS}
