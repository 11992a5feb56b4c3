"""What was seen, as plain values: for checkpoints and for `seen.json`, which is strictly valid JSON (no NaN).

::

    {"format": "provenance seen 1",
     "version": "0.1.0",                of the package
     "epoch": 0,                        the one now counted
     "seed": 0, "max_sample": 50000,    of the sample
     "ratio": [{...}],                  rows of `Seen.ratio`: everything, and of several epochs the last three;
                                        in files only, for reading: it is estimated anew when they are loaded
     "counts": [{"epoch": 0, "rank": 0,
                 "part": "origin",      origin, source (declared ones), unscored, problem or chosen (by a policy):
                 "name": "human",       the last four name some of the documents, the first all
                 "n_documents": 1, "n_words": 1, "n_tokens": 1,             sums of those that are known
                 "n_without_words": 0, "n_without_tokens": 0}],             documents of which they are not
     "sample": {"n": 1, "dtype": [["draw", "<f8"], ...],                    records, little-endian, ...
                "data": "eJw..."}}                                          ... through zlib and base64
"""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from provenance.adapters.seen.counts import Counts
from provenance.adapters.seen.sample import SAMPLED, Sample
from provenance.errors import ConfigError

FORMAT = "provenance seen 1"
_DTYPE = [list(field) for field in SAMPLED.descr]


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """All that a `Seen` knows besides its options."""

    epoch: int
    seed: int
    max_sample: int
    counts: Counts
    sample: Sample


def write_state(state: State) -> dict[str, Any]:
    """The state as plain values, which pickle and live in JSON."""
    data = base64.b64encode(zlib.compress(state.sample.tobytes())).decode()
    return {
        "format": FORMAT,
        "epoch": state.epoch,
        "seed": state.seed,
        "max_sample": state.max_sample,
        "counts": state.counts.to_frame().to_dicts(),
        "sample": {"n": len(state.sample), "dtype": _DTYPE, "data": data},
    }


def read_state(values: Mapping[str, Any], named: str = "this state") -> State:
    """The state of plain values. Raises ConfigError for what was not written by `write_state`."""
    if values.get("format") != FORMAT:
        raise ConfigError(f"{named}: what was seen is expected, as Seen.save writes it (format {FORMAT!r})")
    try:
        sample = np.frombuffer(zlib.decompress(base64.b64decode(values["sample"]["data"])), SAMPLED).copy()
        counts = Counts.from_rows(values["counts"])
        return State(int(values["epoch"]), int(values["seed"]), int(values["max_sample"]), counts, sample)
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise ConfigError(f"{named}: damaged ({error!r})") from error


def read_file(path: Path) -> State:
    """The state in a file of `Seen.save`. Raises ConfigError when it cannot be read."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read ({error})") from error
    return read_state(values if isinstance(values, dict) else {}, str(path))
