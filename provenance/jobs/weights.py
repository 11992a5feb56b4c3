"""Sample weights of a run's documents: how many documents of the crawl each one drawn stands for.

A file of weights (`doc_id`, `weight`: inverse of the probability of being drawn) is given to a run, checked, and kept
in its folder, so that the run can be read without it. The run is identified by the file's content, wherever it lies.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from provenance.errors import ConfigError
from provenance.stats.weighting import WEIGHT
from provenance.store import Place, absolute, bring, exists, read_table, write_table

WEIGHTS_FILE = "weights.parquet"
_MADE_BY = "`provenance sample` makes such a file"


@dataclass(frozen=True, slots=True)
class PinnedWeights:
    """A file of weights by the SHA-256 of its content; `path` is where it was given, null of a run that is there."""

    sha256: str
    path: Place | None = field(default=None, metadata={"identity": False})


Weights = Path | PinnedWeights


def pin_weights(path: Place) -> PinnedWeights:
    """The file with its digest. Raises ConfigError when it cannot be read or holds no weights."""
    read_weights(path)
    with bring(path).open("rb") as file:
        return PinnedWeights(hashlib.file_digest(file, "sha256").hexdigest(), absolute(path))


def read_weights(path: Place) -> pl.DataFrame:
    """`doc_id` and `weight` (Float64) of a file, one row a document.

    Raises ConfigError for a file that cannot be read, that lacks a column or holds no row, for a document named twice,
    and for a weight that is null or no positive, finite number.
    """
    try:
        frame = pl.read_parquet(bring(path), columns=["doc_id", "weight"], hive_partitioning=False, glob=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ConfigError(
            f"--weights {path}: cannot be read as Parquet with columns doc_id and weight: {error}; {_MADE_BY}"
        ) from error
    if frame.schema["doc_id"] != pl.String or not frame.schema["weight"].is_numeric():
        raise ConfigError(f"--weights {path}: doc_id must be text and weight a number; {_MADE_BY}")
    frame = frame.with_columns(pl.col("weight").cast(pl.Float64))
    problem = _find_problem(frame)
    if problem:
        raise ConfigError(f"--weights {path}: {problem}")
    return frame


def _find_problem(frame: pl.DataFrame) -> str:
    if not frame.height:
        return "holds no row; give the weights of the documents drawn"
    if frame["doc_id"].null_count():
        return f"{frame['doc_id'].null_count():,} rows have no doc_id; each weight belongs to a document"
    twice = frame.filter(pl.col("doc_id").is_duplicated())
    if twice.height:
        return f"{twice['doc_id'].n_unique():,} documents are named more than once, such as {twice['doc_id'][0]}"
    weight = pl.col("weight")
    wrong = frame.filter(~(weight.is_finite() & (weight > 0)).fill_null(False))
    if wrong.height:
        return (
            f"{wrong.height:,} weights are no positive, finite number, such as {wrong['weight'][0]} of "
            f"{wrong['doc_id'][0]}; a weight is one over the probability of being drawn"
        )
    return ""


def keep_weights(out: Place, given: Weights | None) -> None:
    """Writes the weights to the run's folder where it has none yet. Raises ConfigError as `read_weights`, OutputError.

    A folder holds runs of one file only: another content is another run.
    """
    if given is None or exists(out / WEIGHTS_FILE):
        return
    path = given.path if isinstance(given, PinnedWeights) else given
    if path is None:
        raise ConfigError(f"{out / WEIGHTS_FILE}: missing; give --weights again, or --fresh to start anew")
    write_table(out / WEIGHTS_FILE, read_weights(path), {})


def scan_weights(out: Place) -> pl.LazyFrame:
    """The weights kept in a run's folder: doc_id, and the weight under the name that estimates read."""
    return read_table(out / WEIGHTS_FILE, ["doc_id", "weight"]).rename({"weight": WEIGHT}).lazy()


def add_weights(documents: pl.LazyFrame, out: Place) -> pl.LazyFrame:
    """The documents of a run, in their order, with their weights; null where a document was not drawn."""
    return documents.join(scan_weights(out), on="doc_id", how="left", maintain_order="left")


def take_drawn(documents: pl.DataFrame) -> pl.DataFrame:
    """The documents that have a weight; all where there is no column of weights."""
    return documents.filter(pl.col(WEIGHT).is_not_null()) if WEIGHT in documents.columns else documents


def describe_sample(documents: pl.DataFrame, outs: Sequence[Place] = ()) -> tuple[str, ...]:
    """What a reader must know of figures of weighted documents; nothing where they have no column of weights.

    `outs` are the folders of the weighted runs they are from.
    """
    return tuple(_describe(documents, outs)) if WEIGHT in documents.columns else ()


def _describe(documents: pl.DataFrame, outs: Sequence[Place]) -> Iterator[str]:
    drawn = take_drawn(documents)
    several = "crawl" in drawn.columns and drawn["crawl"].n_unique() > 1
    total = float(np.sum(drawn[WEIGHT].to_numpy()))
    yield (
        f"Shares, prevalences and ratios are estimates for the crawl{'s' if several else ''} that the documents were "
        f"drawn from: {drawn.height:,} documents with sample weights stand for {total:,.0f}. Numbers of documents, and "
        "all that is said of scores, evidence, words, copies and rejects, are of the sample."
    )
    undrawn = documents.height - drawn.height
    if undrawn:
        yield f"{undrawn:,} of {documents.height:,} documents have no sample weight and are in no estimate."
    if outs:
        given = pl.concat([scan_weights(out) for out in outs]).collect()
        yield from _describe_absent(given.unique("doc_id", maintain_order=True), drawn)  # runs of parts share a file


def _describe_absent(weights: pl.DataFrame, drawn: pl.DataFrame) -> Iterator[str]:
    absent = weights.join(drawn, on="doc_id", how="anti")
    if absent.height:
        share = np.sum(absent[WEIGHT].to_numpy()) / np.sum(weights[WEIGHT].to_numpy())
        yield (
            f"{absent.height:,} of {weights.height:,} documents drawn, with {share:.1%} of the weights, are none here: "
            "they were rejected or not read, and the estimates are for what the others stand for."
        )
