"""How far each stream of a dataset has come, as a state that is saved and loaded."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenance.adapters.loaders.packed import FIELD, PACKED
from provenance.adapters.torch.sources import Stream
from provenance.errors import ConfigError

Place = tuple[int, int]  # block, and samples of it given out


@dataclass(frozen=True, slots=True)
class Position:
    """How far an epoch has come.

    `streams` holds the place of each stream that has begun. `turn` is the worker of this rank whose turn is next, so
    that the order of batches goes on too. `n_streams` is null while nothing was given out. `finished`: all was.
    """

    epoch: int = 0
    turn: int = 0
    finished: bool = False
    n_streams: int | None = None
    streams: Mapping[int, Place] = field(default_factory=dict)

    def move(self, places: dict[int, Place], world_size: int, n_workers: int) -> "Position":
        """The position after a batch: `places` are those behind its samples, the last one that of its last stream."""
        last = next(reversed(places), None)
        turn = self.turn if last is None else (last // world_size + 1) % n_workers
        return replace(self, turn=turn, n_streams=world_size * n_workers, streams={**self.streams, **places})


@dataclass(slots=True)
class Reading:
    """How far the iteration of this process has come."""

    position: Position
    stream: Stream
    block: int = 0
    offset: int = 0
    finished: bool = False

    def find_position(self, in_worker: bool) -> Position:
        """The position of this stream alone; of a process that is no worker and has given out nothing, none."""
        begun = bool(self.block or self.offset or self.finished or in_worker)
        places = {self.stream.number: (self.block, self.offset)}
        n_streams = self.stream.n_streams if begun else None
        return replace(self.position, finished=self.finished, n_streams=n_streams, streams=places if begun else {})


@dataclass(frozen=True, slots=True)
class Loaded:
    """A loaded state that the next iteration starts from: in the process that loaded it, or in workers of `track`."""

    position: Position
    process: int
    tracked: bool = False


def write_state(position: Position, settings: Mapping[str, Any]) -> dict[str, Any]:
    """A state of plain values: it pickles, and it lives in JSON."""
    return {
        **settings,
        "epoch": position.epoch,
        "turn": position.turn,
        "finished": position.finished,
        "n_streams": position.n_streams,
        "streams": {str(stream): list(place) for stream, place in position.streams.items()},
    }


def read_state(state: Mapping[str, Any], settings: Mapping[str, Any]) -> Position:
    """The position of a state; ConfigError where the dataset is another one than the state was saved from."""
    check_settings(state, settings, (*settings, "epoch", "turn", "finished", "n_streams", "streams"))
    streams = {int(stream): (int(block), int(offset)) for stream, (block, offset) in state["streams"].items()}
    return Position(state["epoch"], state["turn"], state["finished"], state["n_streams"], streams)


def check_settings(state: Mapping[str, Any], settings: Mapping[str, Any], names: Sequence[str]) -> None:
    """ConfigError for a state of something else, or one saved with other settings; a warning for another policy."""
    missing = [name for name in names if not isinstance(state, Mapping) or name not in state]
    if missing:
        raise ConfigError(f"this is no state that was saved here: it has no {', '.join(missing)}")
    differ = [name for name, value in settings.items() if name != "policy" and state[name] != value]
    if differ:
        told = "; ".join(f"{name} was {state[name]!r} and is {settings[name]!r}" for name in differ)
        raise ConfigError(f"the state cannot be resumed here, samples would be lost or given twice: {told}")
    if state["policy"] != settings["policy"]:
        warnings.warn(
            f"the state was saved with another policy ({state['policy']}; now {settings['policy']}): "
            "what stays of the block in which it was saved may differ",
            stacklevel=4,
        )


def check_natural(**numbers: object) -> None:
    """ConfigError for what is no whole number of 0 or more, by its name: chance is made from seed and epoch."""
    for name, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, Integral) or int(number) < 0:
            raise ConfigError(f"{name}={number!r}: must be a whole number of 0 or more")


def check_streams(position: Position, n_streams: int) -> None:
    """ConfigError where the number of workers is not the one of the state."""
    if position.n_streams is not None and position.n_streams != n_streams:
        raise ConfigError(
            f"the state cannot be resumed here: n_streams (ranks times workers) was {position.n_streams} and is "
            f"{n_streams}; use as many workers as when it was saved"
        )


def find_places(batch: Any) -> dict[int, Place]:
    """The place behind the last sample of each stream in a batch, the stream of its last sample last."""
    places: dict[int, Place] = {}
    for stream, block, offset in find_packed(batch)[:, :3].astype(np.int64).tolist():  # the first three of PACKED
        place = max(places.pop(stream, (0, 0)), (block, offset + 1))
        places[stream] = place
    if any(stream < 0 for stream in places):
        raise ConfigError("these samples were not read by a ProvenanceDataset: they have no position in a stream")
    return places


def find_packed(batch: Any) -> NDArray[np.float64]:
    """The packed numbers of a batch, however it was collated: mapping of columns, list of samples, one sample."""
    found = list(_find_fields(batch))
    if not found:
        raise ConfigError(
            f"the batch has no field {FIELD!r}, by which positions are known: let collate_fn keep it, "
            "or use torchdata's StatefulDataLoader, or num_workers=0 without track()"
        )
    return np.concatenate([np.asarray(_to_numpy(value), np.float64).reshape(-1, len(PACKED)) for value in found])


def _find_fields(batch: Any) -> Iterator[Any]:
    if isinstance(batch, Mapping):
        if FIELD in batch:
            yield batch[FIELD]
    elif isinstance(batch, Sequence) and not isinstance(batch, str | bytes):
        for part in batch:
            yield from _find_fields(part)


def _to_numpy(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return np.stack([_to_numpy(part) for part in value])
    return value.detach().cpu().numpy() if hasattr(value, "detach") else value
