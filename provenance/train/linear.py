"""Fits linear models over hashed n-grams: AI-generated against human, and one class against the others.

Logistic regression with a ridge penalty on binary n-gram vectors of length one (Wang and Manning 2012, "Baselines and
bigrams"); scikit-learn fits. A window is a row; a document's windows share its weight. Cells (a set's domain, with one
label) count by the root of their size: large ones neither rule nor are wasted.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags_array

from provenance.errors import ConfigError
from provenance.models.linear import LinearModel
from provenance.text.ngrams import BITS, Ngrams, hash_ngrams
from provenance.text.windows import read_windows

Floats = NDArray[np.float64]
_CHUNK = 1000
_COMMONEST = 0.3  # factor of a bucket that every window has, before the power


@dataclass(frozen=True, slots=True)
class LinearOptions:
    """Defaults are the recipe of the shipped models; `strength` is the inverse of the penalty (scikit-learn's C).

    `rarity` is the power of the inverse document frequency by which rare n-grams are penalised less; above 0, those of
    a single window are left out.
    """

    bits: int = BITS
    strength: float = 30.0
    steps: int = 60
    generations: tuple[tuple[str, float], ...] = ()  # shares of generations in the mixture; alike if empty
    rarity: float = 0.0


def fit_binary(labelled: pl.DataFrame, positive: str, options: LinearOptions) -> LinearModel:
    """Log odds of a label against the others, a class for each generation of it; they add up as log(sum(exp(..))).

    `labelled` has text, label and cell, and `generation` where texts of the label differ so much that one direction
    cannot tell them all from the others (generators of different years). ConfigError with one label only.
    """
    target = (labelled["label"] == positive).to_numpy()
    if target.all() or not target.any():
        raise ConfigError(f"a classifier needs texts with the label {positive!r} and others")
    given = labelled["generation"] if "generation" in labelled.columns else pl.Series([positive] * labelled.height)
    generation = given.fill_null(positive).to_numpy()
    names = sorted(set(generation[target]))
    shares = dict(options.generations) or {name: 1 / len(names) for name in names}
    rows = Rows.read(labelled["text"], options.bits)
    columns, intercepts = [], []
    for name in names:
        side = target & (generation == name)
        weights = np.zeros(len(target))
        for part in (side, ~target):
            weights[part] = balance_cells(labelled.filter(pl.Series(part))["cell"]) / 2
        coefficients, intercept = fit_weighted(rows, target, weights, options)
        columns.append(coefficients)
        intercepts.append(intercept[0] + np.log(shares.get(name, 1 / len(names))))
    return LinearModel.quantise(tuple(names), np.column_stack(columns), np.array(intercepts))


def fit_classes(labelled: pl.DataFrame, options: LinearOptions) -> LinearModel:
    """Log odds of each label up to a constant (multinomial), labels in order. `labelled` as for `fit_binary`."""
    names = sorted(labelled["label"].unique())
    if len(names) < 3:
        raise ConfigError(f"a classifier of classes needs three labels or more, not {', '.join(names)}")
    weights = np.zeros(labelled.height)
    for name in names:
        side = (labelled["label"] == name).to_numpy()
        weights[side] = balance_cells(labelled.filter(pl.Series(side))["cell"]) / len(names)
    rows = Rows.read(labelled["text"], options.bits)
    coefficients, intercepts = fit_weighted(rows, labelled["label"].to_numpy(), weights, options)
    return LinearModel.quantise(tuple(names), coefficients, intercepts)


def balance_cells(cells: pl.Series) -> Floats:
    """Weights that sum to 1, cells weighing by the root of their number of rows."""
    sizes = cells.to_frame("cell").select(pl.len().over("cell")).to_series().to_numpy()
    weights = sizes**-0.5
    total: Floats = weights / weights.sum()
    return total


@dataclass(frozen=True, slots=True)
class Rows:
    """Windows of texts as rows of a sparse matrix, each of length one; `owner` is the number of a row's text."""

    matrix: csr_matrix
    owner: NDArray[np.int64]

    @classmethod
    def read(cls, texts: pl.Series, bits: int) -> "Rows":
        """The windows of texts, hashed to 2^bits columns."""
        parts: list[Ngrams] = []
        owners = []
        for first in range(0, texts.len(), _CHUNK):
            windows = read_windows(texts.slice(first, _CHUNK))
            parts.append(hash_ngrams(windows, bits=bits))
            owners.append(windows.text_of + first)
        counts = np.concatenate([np.diff(part.offsets) for part in parts])
        values = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts).astype(np.float32)
        columns = np.concatenate([part.buckets for part in parts])
        bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        matrix = csr_matrix((values, columns, bounds), shape=(len(counts), 1 << bits))
        matrix.sum_duplicates()
        return cls(matrix, np.concatenate(owners))


def fit_weighted(
    rows: Rows, target: NDArray[np.generic], weights: Floats, options: LinearOptions
) -> tuple[Floats, Floats]:
    """Coefficients (buckets x classes) and intercepts; `target` and `weights` are of texts, 0 leaves a text out."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    shared = (weights / np.maximum(np.bincount(rows.owner, minlength=len(weights)), 1))[rows.owner]
    used = np.flatnonzero(shared)
    matrix = rows.matrix[used]
    scales = weigh_rarity(matrix, options.rarity)
    model = LogisticRegression(C=options.strength, max_iter=options.steps, tol=1e-9)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of steps is part of the recipe
        n_texts = np.count_nonzero(weights)
        scaled = matrix @ diags_array(scales.astype(np.float32)) if options.rarity else matrix
        model.fit(scaled, target[rows.owner][used], sample_weight=shared[used] * n_texts)
    return np.asarray(model.coef_.T, np.float64) * scales[:, None], np.asarray(model.intercept_, np.float64)


def weigh_rarity(matrix: csr_matrix, rarity: float) -> Floats:
    """What each bucket is multiplied by before fitting: log(n / n with it) + c to the power `rarity`; 0 for one window.

    The constant keeps a bucket that all windows have from vanishing. A larger factor is a smaller penalty.
    """
    if not rarity:
        return np.ones(matrix.shape[1])
    n_with = np.bincount(matrix.indices, minlength=matrix.shape[1])
    scales: Floats = (np.log((matrix.shape[0] + 1) / (n_with + 1)) + _COMMONEST) ** rarity
    return np.where(n_with < 2, 0.0, scales)
