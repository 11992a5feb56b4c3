"""How well the family of a generator is told, with texts, versions and sets left out; for docs/generator-family.md.

    python -m pipelines.measure_family ../shared/data [--fasttext]

`--fasttext` measures a fastText model (Joulin et al. 2017, "Bag of Tricks for Efficient Text Classification") on the
same splits instead.
"""

import argparse
import itertools
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.family_splits import Split, list_splits, read_generated
from pipelines.measure_contrast import make_table
from pipelines.train_shipped import OPTIONS
from provenance.models.linear import LinearModel
from provenance.schema import FAMILIES
from provenance.signals.text_models import share_classes
from provenance.text.ngrams import hash_ngrams
from provenance.text.windows import read_windows
from provenance.train.linear import fit_classes
from provenance.train.metrics import find_wilson, measure_auroc
from provenance.train.text_models import select_classes

THRESHOLDS = (0.5, 0.7, 0.9)
RECIPE = replace(OPTIONS, family_least=20)  # some splits are small
REPLICATES = 200
CHUNK = 1000

FASTTEXT_SIZES = (16, 20, 32, 10, 50)  # of its vectors: with some its training breaks off ("Encountered NaN")
FASTTEXT = {"lr": 0.5, "wordNgrams": 2, "minCount": 3, "bucket": 200_000, "thread": 1, "verbose": 0}
FASTTEXT_TOKENS = 25_000_000  # read in training, in 5 to 50 passes

Floats = NDArray[np.float64]
Shares = Callable[
    [pl.DataFrame, pl.Series], tuple[tuple[str, ...], Floats]
]  # training texts, texts -> families, shares


class _FastText(Protocol):
    def predict(self, texts: list[str], k: int) -> tuple[list[list[str]], list[Floats]]: ...


def share_linear(training: pl.DataFrame, texts: pl.Series) -> tuple[tuple[str, ...], Floats]:
    """Shares, texts x families, by the recipe of the shipped model."""
    model = fit_classes(select_classes(training, "family", RECIPE), RECIPE.family)
    parts = [_share(model, texts.slice(first, CHUNK)) for first in range(0, texts.len(), CHUNK)]
    return model.classes, np.concatenate(parts)


def _share(model: LinearModel, texts: pl.Series) -> Floats:
    windows = read_windows(texts)
    ngrams = hash_ngrams(windows, bits=model.bits)
    shares = share_classes(model.score(ngrams.buckets, ngrams.offsets))
    return np.column_stack([windows.average(column) for column in shares.T])


def share_fasttext(training: pl.DataFrame, texts: pl.Series) -> tuple[tuple[str, ...], Floats]:
    """Shares by fastText over words and pairs of words, families given alike; not quantised."""
    chosen = select_classes(training, "family", RECIPE)
    largest = chosen["family"].value_counts()["count"].max()
    times = (largest / pl.len().over("family")).round().cast(pl.UInt32)
    lines = chosen.select(pl.format("__label__{} {}", "family", _spell(pl.col("text"))).repeat_by(times)).to_series()
    model = _fit_fasttext(lines.explode().sample(fraction=1.0, shuffle=True, seed=1))
    families = tuple(sorted(chosen["family"].unique()))
    spelt = texts.to_frame("text").select(_spell(pl.col("text"))).to_series().to_list()
    labels, shares = model.predict(spelt, k=len(families))
    found = np.zeros((len(spelt), len(families)))
    for row, (names, values) in enumerate(zip(labels, shares, strict=True)):
        found[row, [families.index(name.removeprefix("__label__")) for name in names]] = values
    return families, found


def _fit_fasttext(lines: pl.Series) -> _FastText:
    import fasttext

    n_tokens = int(lines.str.count_matches(" ").sum())
    epochs = min(max(round(FASTTEXT_TOKENS / n_tokens), 5), 50)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(lines))
        file.flush()
        for size, every in itertools.product(FASTTEXT_SIZES, (100, 1000, 10_000)):
            try:
                model: _FastText = fasttext.train_supervised(
                    input=file.name, dim=size, lrUpdateRate=every, epoch=epochs, **FASTTEXT
                )
            except RuntimeError:
                continue
            return model
    raise RuntimeError("fastText breaks off whatever the size of its vectors")


def _spell(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.replace_all(r"([^\w\s])", " ${1} ").str.replace_all(r"\s+", " ")


def measure_split(split: Split, texts: pl.DataFrame, share: Shares) -> tuple[dict[str, str | int], pl.DataFrame]:
    """The row of a split, and how its families are told apart: the truth, and shares of documents by what was told."""
    training = texts.filter(split.train).with_columns(cell=pl.col("domain").str.replace("_paraphrased_ai", ""))
    test = texts.filter(split.test)
    families, shares = share(training, test["text"])
    truth = test["family"].to_numpy()
    known = [family for family in families if (truth == family).any()]
    told, largest = np.array(families)[shares.argmax(axis=1)], shares.max(axis=1)
    row: dict[str, str | int] = {
        "split": split.name,
        "n": test.height,
        "families": ", ".join(sorted(set(truth))),
        "balanced accuracy": _resample(lambda rows: _recall(truth[rows], told[rows], known), test.height),
        "AUROC": ", ".join(_describe_auroc(family, families, shares, truth) for family in known) or "-",
    }
    for threshold in THRESHOLDS:
        row[f"named, right above {threshold}"] = _describe_named(truth == told, largest > threshold)
    return row, _confuse(truth, np.where(largest > THRESHOLDS[1], told, "-"), told)


def _recall(truth: NDArray[np.str_], told: NDArray[np.str_], known: list[str]) -> float:
    recalls = [float(np.mean(told[truth == family] == family)) for family in known if (truth == family).any()]
    return float(np.mean(recalls)) if recalls else float("nan")


def _resample(figure: Callable[[NDArray[np.int64]], float], n: int) -> str:
    random = np.random.default_rng(1)
    draws = [figure(random.integers(0, n, n)) for _ in range(REPLICATES)]
    point = figure(np.arange(n))
    if np.isnan(point):
        return "-"
    low, high = np.nanquantile(draws, [0.025, 0.975])
    return f"{point:.2f} ({low:.2f} to {high:.2f})"


def _describe_auroc(family: str, families: tuple[str, ...], shares: Floats, truth: NDArray[np.str_]) -> str:
    scores, positive = shares[:, families.index(family)], truth == family
    found = measure_auroc(scores, positive)
    return f"{family} {'-' if np.isnan(found) else format(found, '.2f')}"


def _describe_named(right: NDArray[np.bool_], named: NDArray[np.bool_]) -> str:
    n_named, n_right = int(named.sum()), int((right & named).sum())
    if not n_named:
        return f"{named.mean():.0%}, -"
    low, high = find_wilson(n_right, n_named)
    return f"{named.mean():.0%}, {n_right / n_named:.0%} ({low:.0%} to {high:.0%})"


def _confuse(truth: NDArray[np.str_], named: NDArray[np.str_], told: NDArray[np.str_]) -> pl.DataFrame:
    frame = pl.DataFrame({"family": truth, "told": told, "named": named})
    above = f" above {THRESHOLDS[1]}"
    shares = [
        (pl.col(column) == family).mean().round(2).alias(f"{family}{suffix}")
        for column, suffix in (("told", ""), ("named", above))
        for family in FAMILIES
    ]
    return frame.group_by("family").agg(pl.len().alias("n"), *shares).sort("family")


def main() -> None:
    """Prints a table for each group of splits, and the confusions of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--fasttext", action="store_true")
    options = parser.parse_args()
    texts = read_generated(options.data)
    share = share_fasttext if options.fasttext else share_linear
    for name, splits in list_splits():
        measured = {}
        for split in splits:
            try:
                measured[split.name] = measure_split(split, texts, share)
            except RuntimeError as error:
                print(f"{split.name}: {error}", file=sys.stderr)
        print(f"\n## {name}\n\n{make_table([row for row, _ in measured.values()])}", flush=True)
        for split_name, (_, confusion) in measured.items():
            kept = [column.name for column in confusion if column.dtype == pl.String or column.sum() > 0]
            print(f"\n{split_name}\n\n{make_table(confusion.select(kept).to_dicts())}", flush=True)


if __name__ == "__main__":
    main()
