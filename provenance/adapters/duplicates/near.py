"""`NearDuplicates`: true for what is new, over all shapes that loops hand over."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, overload

import numpy as np
import polars as pl
import pyarrow as pa

from provenance.adapters.duplicates.bloom import BloomIndex
from provenance.adapters.duplicates.compared import SignatureIndex
from provenance.adapters.loaders.batches import is_batch, read_column
from provenance.adapters.loaders.samples import find_texts
from provenance.adapters.processes.forks import is_forked
from provenance.dedup import DedupOptions
from provenance.dedup.banding import choose_banding
from provenance.dedup.minhash import sign_shingles
from provenance.errors import ConfigError
from provenance.text.shingles import (
    classify_characters,
    hash_shingles,
    knows_characters,
    pack_characters,
    unpack_characters,
)

_LIKE_THE_DEFAULT = 0.95  # the weight of what is missed with which a threshold of 0.8 has the default banding
_BLOCK = 512  # texts worked on at once


class NearDuplicates:
    """True for what is new, and remembers it; false for a copy of what came before. `len` is how many were new.

    A text shorter than a shingle (five words) is a copy of equal ones only; a null text, and what is no text (a
    number, bytes that are no UTF-8), of nothing. Each process that has one knows only what it has seen itself.

    `memory="signatures"` compares: copies share a band and agree in `threshold` of their signature's values.
    `memory="bloom"` has memory fixed by `n_expected` and `false_positive` and compares nothing: who shares a band is a
    copy. With the default threshold that is 0.06 of the pairs with Jaccard similarity 0.5, 0.24 at 0.6, 0.61 at 0.7,
    0.95 at 0.8 and 1.00 at 0.9. Of new texts, unlike all before, it drops `false_positive` once `n_expected` are in
    it, far fewer before, and ever more beyond (a warning says so once).

    | texts | signatures | bloom (n_expected = texts, false_positive = 0.001) |
    |---|---|---|
    | 100,000 | 680 MB | 4.0 MB |
    | 1,000,000 | 6.8 GB | 40 MB |
    | 10,000,000 | 68 GB | 403 MB |
    | 100,000,000 | 680 GB | 4.0 GB |
    """

    def __init__(
        self,
        *,
        threshold: float = 0.8,
        text_column: str = "text",
        options: DedupOptions | None = None,
        memory: Literal["signatures", "bloom"] = "signatures",
        n_expected: int = 10_000_000,
        false_positive: float = 0.001,
    ) -> None:
        """`options` in place of `threshold`: shingle size, seed, number of values, banding.

        ConfigError for options that cannot be, and where it is first made in a forked process (a worker of a loader).
        With "bloom" a threshold chooses the banding, and `threshold` within `options` decides nothing.
        """
        if memory not in ("signatures", "bloom"):
            raise ConfigError(f"memory is {memory!r}; it is 'signatures' or 'bloom'")
        self._column = text_column
        self._index: SignatureIndex | BloomIndex
        if memory == "bloom":
            self.options = options or _choose_options(threshold)
            self._index = BloomIndex(self.options, n_expected, false_positive)
        else:
            self.options = options or DedupOptions(threshold=threshold)
            self._index = SignatureIndex(self.options)
        self._n_new = 0
        _prepare_process()

    def __len__(self) -> int:
        return self._n_new

    @property
    def n_bytes(self) -> int:
        """Bytes it takes: fixed for "bloom", about 6,800 for each new text for "signatures"."""
        return self._index.n_bytes

    @property
    def false_positive(self) -> float:
        """The chance, by now, that a text unlike all before is dropped; 0 for "signatures"."""
        return self._index.false_positive

    @overload
    def __call__(self, given: str | None) -> bool: ...  # type: ignore[overload-overlap]  # a str is a sequence, too
    @overload
    def __call__(self, given: Mapping[str, object]) -> bool | list[bool]: ...
    @overload
    def __call__(self, given: Sequence[object] | pl.DataFrame | pl.Series | pa.Table) -> list[bool]: ...
    def __call__(self, given: Any) -> bool | list[bool]:
        """Of a text, or a mapping with one, whether it is new; of many samples, or a table of them, of each.

        A table or a mapping without the text column is a ConfigError; a sample without it in a list is new.
        """
        self._refuse_textless(given)
        if isinstance(given, pa.Array | pa.ChunkedArray):
            given = given.to_pylist()
        if not is_batch(given, self._column):
            return self._add([given[self._column] if isinstance(given, Mapping) else given])[0]
        values = read_column(given, self._column, is_text=True) or []
        return [new for at in range(0, len(values), _BLOCK) for new in self._add(values[at : at + _BLOCK])]

    def state_dict(self) -> dict[str, Any]:
        """What it knows, as bytes and numbers: `n_bytes` of them for "bloom", 528 a new text for "signatures"."""
        return {"options": self._describe(), "n_new": self._n_new, "index": self._index.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Forgets all and goes on from there. Raises ConfigError for the state of one made with other options."""
        if state["options"] != self._describe():
            raise ConfigError(f"the state is of {state['options']}, this is {self._describe()}")
        self._index.load_state_dict(state["index"])
        self._n_new = state["n_new"]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "characters": pack_characters()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        unpack_characters(state["characters"])
        self.__dict__.update({name: value for name, value in state.items() if name != "characters"})

    def _describe(self) -> dict[str, Any]:
        options = self.options
        is_bloom = isinstance(self._index, BloomIndex)
        compared = {} if is_bloom else {"threshold": options.threshold}
        return {
            **compared,
            "memory": "bloom" if is_bloom else "signatures",
            "shingle_words": options.shingle_words,
            "num_perm": options.num_perm,
            "seed": options.seed,
            "banding": list(options.banding),
        }

    def _refuse_textless(self, given: Any) -> None:
        if isinstance(given, pl.DataFrame | pa.Table | pa.RecordBatch | Mapping):
            names = given.schema.names if isinstance(given, pa.Table | pa.RecordBatch) else given
            if self._column not in (given.columns if isinstance(given, pl.DataFrame) else names):
                raise ConfigError(f"no column {self._column!r}; say which one holds the text (text_column)")

    def _add(self, values: list[Any]) -> list[bool]:
        found, _ = find_texts(values, sys.maxsize)
        texts = [text.encode("utf-8", "replace").decode() for text in found if text is not None]
        shingles = hash_shingles(texts, words=self.options.shingle_words)
        signatures = sign_shingles(shingles, num_perm=self.options.num_perm, seed=self.options.seed)
        new = iter(self._index.add(texts, signatures, (np.diff(shingles.offsets) > 0).tolist()))
        answers = [text is None or next(new) for text in found]
        self._n_new += sum(answers)
        return answers


def _choose_options(threshold: float) -> DedupOptions:
    """The banding that stands in for a comparison at a threshold; that of 0.8 is the default."""
    options = DedupOptions(threshold=threshold)
    if threshold == DedupOptions().threshold:
        return options
    bands, rows = choose_banding(threshold, options.num_perm, _LIKE_THE_DEFAULT)
    return replace(options, bands=bands, rows=rows)


def _prepare_process() -> None:
    """Reads the table of characters, which takes polars; processes that are forked or unpickle it later share it."""
    if is_forked() and not knows_characters():
        raise ConfigError("make NearDuplicates before processes are forked: what it reads once would hang in this one")
    classify_characters()
