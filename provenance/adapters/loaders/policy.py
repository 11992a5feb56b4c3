"""What a loop does with its samples: a policy looks up or measures their scores and gives each a weight from 0 to 1.

A weight is the chance that a sample stays. A filter weighs 0 or 1, sampling weights lie between, a scorer weighs all 1.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from provenance.adapters.loaders.batches import add_columns, count_rows, is_batch, read_column, show_row, take_rows
from provenance.adapters.loaders.declared import Declared, Weights01
from provenance.adapters.loaders.draw import Units, draw, number_keys
from provenance.adapters.loaders.identity import describe_state
from provenance.adapters.loaders.options import check_name, check_path, check_whole
from provenance.adapters.loaders.precomputed import Scores
from provenance.adapters.loaders.samples import find_texts, refuse_problems
from provenance.adapters.loaders.scored import Cells, Scored, make_scored
from provenance.adapters.loaders.scoring import score_texts
from provenance.errors import ConfigError

SCORE_COLUMNS = ("language", "n_words", "ai_score", "mt_score", "ai_llr", "mt_llr", "origin", "problem")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What every policy needs to find the scores of samples. Picklable; models and scores are loaded where it is used.

    `text` is the field with the text. `scores` were measured before (a path, several, or `Scores`) and are looked up
    by their key; what is not found there is scored on the fly, by the models of a folder (`models`; null: the shipped
    ones). `declared` names sources that are synthetic on purpose (a path or `Declared`). `columns` of SCORE_COLUMNS
    are carried along. `on_error`: a sample without a text is marked and undetermined, or raises SampleError (see
    `samples.py`). Of longer texts the first `max_chars` characters are scored. `seed` decides draws.
    """

    text: str = "text"
    scores: Scores | Path | str | None = None
    models: Path | str | None = None
    declared: Declared | Path | str | None = None
    columns: tuple[str, ...] = ("ai_score", "mt_score", "origin")
    on_error: Literal["mark", "raise"] = "mark"
    max_chars: int = 200_000
    seed: int = 0

    def __post_init__(self) -> None:
        """Paths are read as what they stand for. Raises ConfigError."""
        self._check_options()
        if self.scores is not None and not isinstance(self.scores, Scores):
            object.__setattr__(self, "scores", Scores(self.scores))
        if isinstance(self.declared, str | Path):
            object.__setattr__(self, "declared", Declared.load(self.declared))
        object.__setattr__(self, "models", None if self.models is None else Path(self.models))
        object.__setattr__(self, "columns", tuple(self.columns))
        source = self.manifest.column if self.manifest else None
        if source in self.columns:
            raise ConfigError(
                f"scores would take the place of the field that names a sample's declared source, {source!r}: "
                f"rename it, or leave {source!r} out of columns"
            )

    def _check_options(self) -> None:
        check_name("text", self.text, "the name of the field with the text")
        check_path("scores", self.scores, Scores, list, tuple)
        check_path("models", self.models)
        check_path("declared", self.declared, Declared)
        check_whole("max_chars", self.max_chars, 1)
        check_whole("seed", self.seed)
        columns: object = self.columns
        if isinstance(columns, str):
            raise ConfigError(f"columns is a tuple of names: ({columns!r},), not {columns!r}")
        unknown = [str(name) for name in self.columns if name not in SCORE_COLUMNS]
        if unknown:
            raise ConfigError(f"columns: {', '.join(unknown)} unknown; there are {', '.join(SCORE_COLUMNS)}")
        if self.on_error not in ("mark", "raise"):
            raise ConfigError(f'on_error must be "mark" or "raise", not {self.on_error!r}')

    def __getstate__(self) -> dict[str, object]:
        """What is pickled: the options, and a digest of all else that decides, so that no cache by it is stale."""
        return describe_state(self)

    @property
    def known(self) -> Scores | None:
        """The scores measured before."""
        return self.scores if isinstance(self.scores, Scores) else None

    @property
    def manifest(self) -> Declared | None:
        """The declared sources."""
        return self.declared if isinstance(self.declared, Declared) else None

    def is_batch(self, given: Any) -> bool:
        """Whether many samples are given, or one; ConfigError for what is neither."""
        return is_batch(given, self.text, self.known.key if self.known else None)

    def find_scores(self, batch: Any) -> Scored:
        """What is known of each sample of a batch (a list of samples or any table), in order."""
        n_rows = count_rows(batch, self.text)
        known, scored = self._look_up(batch, n_rows)
        if not known.all():
            measured = self._measure(batch, ~known)
            scored = measured if not known.any() else scored.replace(~known, measured)
        if self.manifest is None:
            return scored
        sources = read_column(batch, self.manifest.column) or [None] * n_rows
        return scored.replace(np.arange(n_rows), scored, declared=self.manifest.find(sources))

    def weigh(self, scored: Scored) -> Weights01:
        """The weight of each sample, from 0 to 1, as in a stream: rows of one pair weigh alike, declared ones 1."""
        return self._hold(self._join(scored), scored, _others(self) if self.manifest else None)

    def weigh_all(self, scored: Scored) -> Weights01:
        """The same where the rows are the whole corpus, so that caps are met exactly."""
        return self._hold(self._join(scored), scored, None)

    def score(self, given: Any) -> Any:
        """The same in kind, with the score columns (`columns`) beside; a text becomes a mapping."""
        if not self.is_batch(given):
            return self.score([given])[0]
        return self._carry(given, self.find_scores(given))

    def apply(self, batch: Any) -> Any:
        """What the policy makes of a batch, in kind: here score columns beside."""
        return self.score(batch)

    def resample(self, batch: Any, epoch: int = 0) -> Any:
        """The samples of a batch that stay, in kind and order, with score columns; the same for one seed and epoch."""
        scored = self.find_scores(batch)
        return take_rows(self._carry(batch, scored), self.choose(batch, scored, epoch).tolist())

    def _look_up_weight(self, sample: Any) -> float | None:
        """The weight of one sample that has been scored before, the quick way; null where that is not all there is."""
        if self.known is None or self.manifest is not None or not isinstance(sample, Mapping):
            return None
        key = sample.get(self.known.key)
        row = -1 if key is None else self.known.find_row(key)
        return None if row < 0 else float(_weigh_known(self)[row])

    def _weigh_one_by_one(self, scored: Scored) -> Weights01:
        """What each kind of policy is: the weight of each row by itself."""
        return np.ones(len(scored))

    def _join(self, scored: Scored) -> Weights01:
        weights = self._weigh_one_by_one(scored)
        paired = np.flatnonzero(scored.pair)
        if len(paired):
            numbers, best = _pairs(self)
            rows = np.searchsorted(numbers, scored.pair[paired])
            weights[paired] = np.maximum(weights[paired], best[rows])
        return weights

    def _hold(self, weights: Weights01, scored: Scored, others: float | None) -> Weights01:
        if self.manifest is None:
            return weights
        weights[scored.declared >= 0] = 1.0
        return self.manifest.hold(weights, scored.declared, others)

    def _carry(self, batch: Any, scored: Scored, **more: Cells) -> Any:
        columns = {name: scored.column(name) for name in self.columns}
        return add_columns(batch, {**columns, **more}, self.text)

    def choose(self, batch: Any, scored: Scored, epoch: int = 0) -> NDArray[np.bool_]:
        """Which samples of a batch with these scores stay; chance enters only where a weight is neither 0 nor 1."""
        weights = self.weigh(scored)
        kept = weights >= 1.0
        open_rows = np.flatnonzero((weights > 0.0) & ~kept)
        if len(open_rows):
            units = self._find_units(batch, scored)[open_rows]
            kept[open_rows] = draw(units, seed=self.seed, epoch=epoch) < weights[open_rows]
        return kept

    def _find_units(self, batch: Any, scored: Scored) -> Units:
        """What is drawn for: a pair, else the key, else the text."""
        keys = read_column(batch, self.known.key) if self.known else None
        texts = read_column(batch, self.text, is_text=True) or [None] * len(scored)
        named = texts if keys is None else [text if key is None else key for key, text in zip(keys, texts, strict=True)]
        return np.where(scored.pair != 0, scored.pair, number_keys(named))

    def _look_up(self, batch: Any, n_rows: int) -> tuple[NDArray[np.bool_], Scored]:
        keys = read_column(batch, self.known.key) if self.known is not None else None
        if keys is not None and len(keys) != n_rows:
            raise ConfigError(f"the columns of a batch are as long as each other, not {n_rows} and {len(keys)} samples")
        if self.known is None or keys is None:
            return np.zeros(n_rows, bool), make_scored(0)
        known, found = self.known.find(keys)
        return known, found if known.all() else make_scored(n_rows).replace(known, found)

    def _measure(self, batch: Any, rows: NDArray[np.bool_]) -> Scored:
        values = read_column(batch, self.text, is_text=True)
        if values is None:
            raise ConfigError(f"no column {self.text!r} to score, and no scores for all samples; say text= or scores=")
        numbers = np.flatnonzero(rows).tolist()
        values = [values[row] for row in numbers]
        texts, problems = find_texts(values, self.max_chars)
        if self.on_error == "raise":
            refuse_problems(
                problems, values, lambda n: f"sample {numbers[n]} of the batch, {show_row(batch, numbers[n])}"
            )
        scored = score_texts(texts, Path(self.models) if self.models is not None else None)
        return scored.replace(np.arange(len(scored)), scored, problem=problems)


class Scorer(Policy):
    """Score columns beside the samples of a batch, nothing dropped: `dataset.map(Scorer(), batched=True)`."""

    def __call__(self, given: Any) -> Any:
        """The same in kind, with `columns` beside; see `score`."""
        return self.score(given)


@functools.lru_cache(maxsize=4)
def _weigh_known(policy: Policy) -> Weights01:
    """The weight of every document scored before."""
    return policy.weigh(policy.known.all if policy.known is not None else make_scored(0))


@functools.lru_cache(maxsize=8)
def _pairs(policy: Policy) -> tuple[Units, Weights01]:
    """The pairs among the scores measured before, and the weight of the best of each."""
    known = policy.known.all if policy.known is not None else make_scored(0)
    members = known.take(np.flatnonzero(known.pair))
    numbers, inverse = np.unique(members.pair, return_inverse=True)
    best = np.zeros(len(numbers))
    np.maximum.at(best, inverse, policy._weigh_one_by_one(members))
    return numbers, best


@functools.lru_cache(maxsize=8)
def _others(policy: Policy) -> float:
    """The mean weight of what is not declared, by the scores measured before; 1 without them."""
    if policy.known is None or not len(policy.known):
        return 1.0
    return float(policy._weigh_one_by_one(policy.known.all).mean())
