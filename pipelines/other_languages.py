"""Measures whether a small model of AI-generated text carries in a language with few labelled texts; prints the tables.

    python -m pipelines.other_languages ../shared/data

The rule and what came of it: docs/other-languages.md. AUROC is of cleaned beginnings of texts, false positives and the
share found are of texts as they are found, by the mean over their windows, as signals/text_models.py measures them.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.other_language_sets import keep_long, prepare, read_dated, read_own, read_set, read_unseen
from provenance.models.linear import LinearModel
from provenance.text.ngrams import hash_ngrams
from provenance.text.tokens import tokenise
from provenance.text.windows import cut_windows
from provenance.train.linear import LinearOptions, fit_binary
from provenance.train.metrics import find_threshold, find_wilson, measure_auroc

LANGUAGES = ("de", "fr", "es")
OPTIONS = LinearOptions(bits=16)
RATE = 0.01  # of the people of a source held out, above the threshold
FEWEST = 50  # documents of a source that may set a threshold, and of people on whom a false-positive rate may stand
LEAST_AUROC, MOST_FALSE = 0.85, 0.02
FEW_AI, FEW_HUMANS = 5, 20  # of a row in the table of sources held out
RESAMPLES = 1000
SEED = 1

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Auroc:
    """AUROC with its 95 % interval by resampled sources, and the documents it stands on."""

    value: float
    low: float
    high: float
    n_ai: int
    n_human: int

    @classmethod
    def measure(cls, scored: pl.DataFrame) -> "Auroc":
        """Of a table with label, source and score; an AI-generated text is a source of its own."""
        positive = (scored["label"] == "ai").to_numpy()
        own = pl.when(pl.col("label") == "ai").then(pl.format("ai {}", pl.int_range(pl.len()))).otherwise("source")
        source = scored.select(own.rank("dense").cast(pl.Int64) - 1).to_series().to_numpy()
        scores, rng, n = scored["score"].to_numpy(), np.random.default_rng(SEED), int(source.max()) + 1
        drawn = (np.bincount(rng.integers(0, n, n), minlength=n)[source] for _ in range(RESAMPLES))
        values = [measure_auroc(np.repeat(scores, times), np.repeat(positive, times)) for times in drawn]
        low, high = np.nanquantile(values, [0.025, 0.975])
        n_ai = int(positive.sum())
        return cls(measure_auroc(scores, positive), float(low), float(high), n_ai, positive.size - n_ai)

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f}) | {self.n_ai} / {self.n_human}"


@dataclass(frozen=True, slots=True)
class Share:
    """How many of so many documents lie above a threshold."""

    above: int
    of: int

    def __str__(self) -> str:
        low, high = find_wilson(self.above, self.of)
        return f"{self.above} of {self.of}: {self.above / max(self.of, 1):.1%} ({low:.1%} to {high:.1%})"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rule asks of one language, measured on unseen sources."""

    auroc: Auroc
    false: Share
    found: Share

    @property
    def ships(self) -> bool:
        """Whether the language has a score: docs/other-languages.md."""
        enough = self.false.of >= FEWEST and self.false.above <= MOST_FALSE * self.false.of
        return self.auroc.low > LEAST_AUROC and enough


def fit(prepared: pl.DataFrame) -> LinearModel:
    """The model of one language, every source of people and the AI-generated texts a cell each."""
    return fit_binary(prepared.with_columns(cell=pl.format("{} {}", "source", "label")), "ai", OPTIONS)


def score(model: LinearModel, texts: pl.DataFrame) -> pl.DataFrame:
    """The table with `score`: log odds, the mean over the windows of each text."""
    windows = cut_windows(tokenise(texts["text"]))
    ngrams = hash_ngrams(windows, bits=model.bits)
    odds = np.logaddexp.reduce(model.score(ngrams.buckets, ngrams.offsets), axis=1)
    return texts.with_columns(pl.Series("score", windows.average(odds)))


def hold_out(known: pl.DataFrame, form: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Each source of people, and the AI-generated texts of its register, scored by a model without both."""
    parts = []
    people = known.filter(pl.col("label") == "human")
    for source, register in people.select("source", "register").unique().sort("source", "register").iter_rows():
        mine = (pl.col("source") == source) & (pl.col("register") == register)
        like = (pl.col("label") == "ai") & (pl.col("register") == register)
        model = fit(prepare(known.filter((pl.col("source") != source) & ~like)))
        held = score(model, form(known.filter(mine | like)))
        parts.append(held.with_columns(held_out=pl.format("{} ({})", pl.lit(source), pl.lit(register))))
    return pl.concat(parts)


def choose_threshold(known: pl.DataFrame) -> float:
    """What at most `RATE` of the people of any source of `FEWEST` documents exceed, held out of the fit."""
    people = hold_out(known, keep_long).filter(pl.col("label") == "human")
    parts = people.partition_by("held_out")
    return max(find_threshold(part["score"].to_numpy(), RATE) for part in parts if part.height >= FEWEST)


def decide(known: pl.DataFrame, unseen: pl.DataFrame) -> Decision:
    """Fits on what may be fitted on, and measures on the test half and the people of sources never fitted on."""
    fitted = known.filter(pl.col("split") == "fit")
    model, threshold = fit(prepare(fitted)), choose_threshold(fitted)
    test = pl.concat([known.filter(pl.col("split") == "test"), unseen])
    clean, raw = score(model, prepare(test)), score(model, keep_long(test))
    strict = pl.col("set").is_in(["news", "web", "ntrex"]) & (pl.col("label") == "human")
    above = raw.with_columns(above=pl.col("score") > threshold)
    return Decision(Auroc.measure(clean), _count(above.filter(strict)), _count(above.filter(pl.col("label") == "ai")))


def _count(frame: pl.DataFrame) -> Share:
    return Share(int(frame["above"].sum()), frame.height)


def measure_pairs(texts: pl.DataFrame, people: pl.DataFrame) -> tuple[Auroc, Share]:
    """Half the sources of a set fitted on, the other half and other people of the language measured."""
    first = pl.col("source").rank("dense") % 2 == 0
    one, two = texts.filter(first), texts.filter(~first)
    model = fit(prepare(one.with_columns(source=pl.lit("set"))))
    threshold = find_threshold(
        score(model, keep_long(two.filter(pl.col("label") == "human")))["score"].to_numpy(), RATE
    )
    above = score(model, keep_long(people)).with_columns(above=pl.col("score") > threshold)
    return Auroc.measure(score(model, prepare(two))), _count(above)


def measure_generators(texts: pl.DataFrame) -> list[tuple[str, Auroc]]:
    """Each generator of a set against half of its people, fitted on the other generators and the other half."""
    people = texts.filter(pl.col("label") == "human").with_row_index("row")
    fitted, held = (people.filter(pl.col("row") % 2 == side).drop("row") for side in (0, 1))
    found = []
    for generator in texts["generator"].drop_nulls().unique().sort():
        others = texts.filter(pl.col("generator") != generator)
        model = fit(prepare(pl.concat([fitted, others]).with_columns(source=pl.lit("set"))))
        mine = pl.concat([held, texts.filter(pl.col("generator") == generator)])
        found.append((str(generator), Auroc.measure(score(model, prepare(mine)))))
    return found


def print_tables(data: Path, *, more: bool = True) -> None:
    """Sources held out, the rule, what else there is; `more` as for `read_own`."""
    known, unseen = pl.concat([read_own(more=more), read_dated(data)]), read_unseen(data)
    print("language | source held out | AUROC | n AI / human")
    for language in LANGUAGES:
        _print_held_out(language, known.filter(pl.col("lang") == language))
    print("\nlanguage | AUROC | n AI / human | people above | AI-generated above | ships")
    for language in LANGUAGES:
        spoken = pl.col("lang") == language
        _print_decision(language, decide(known.filter(spoken), unseen.filter(spoken)))
    spanish = known.filter(pl.col("lang") == "es")
    is_news = pl.col("source") == "ntrex"
    people = pl.concat([unseen.filter(pl.col("lang") == "es"), spanish.filter(is_news)])
    _print_decision("es, translated news unseen", decide(spanish.filter(~is_news), people))
    for language in ("de", "fr"):
        spoken = pl.col("lang") == language
        _print_with_half(language, known.filter(spoken), unseen.filter(spoken))
    print("\nset | AUROC | n AI / human | people above")
    for generator, auroc in measure_generators(read_set(data, "faid")):
        print(f"faid vi, {generator} left out | {auroc}")
    chinese = measure_pairs(read_set(data, "hppt_zh_mixed"), unseen.filter(pl.col("lang") == "zh"))
    print(f"hppt zh | {chinese[0]} | {chinese[1]}")
    _print_base_models(spanish, read_set(data, "autext23_ai"), unseen.filter(pl.col("lang") == "es"))
    print("\npeople unseen:", unseen.group_by("lang", "set").len().sort("lang", "set").rows())


def _print_held_out(language: str, known: pl.DataFrame) -> None:
    alone = pl.format("text {}", pl.int_range(pl.len()))  # of one source, documents are resampled
    for part in hold_out(known, prepare).with_columns(source=alone).partition_by("held_out"):
        n_ai = part.filter(pl.col("label") == "ai").height
        if n_ai >= FEW_AI and part.height - n_ai >= FEW_HUMANS:
            print(f"{language} | {part['held_out'][0]} | {Auroc.measure(part)}")


def _print_decision(name: str, decision: Decision) -> None:
    ships = "yes" if decision.ships else "no"
    print(f"{name} | {decision.auroc} | {decision.false} | {decision.found} | {ships}")


def _print_with_half(language: str, known: pl.DataFrame, unseen: pl.DataFrame) -> None:
    """What people's news and web pages would do: every second host of them in the fit, which their licences forbid."""
    side = pl.col("source").rank("dense") % 2
    for half in (0, 1):
        fitted = unseen.filter(side == half).with_columns(split=pl.lit("fit"), source="set", register="set")
        _print_decision(
            f"{language}, half of the hosts fitted on", decide(pl.concat([known, fitted]), unseen.filter(side != half))
        )


def _print_base_models(known: pl.DataFrame, texts: pl.DataFrame, people: pl.DataFrame) -> None:
    fitted = known.filter(pl.col("split") == "fit")
    model, threshold = fit(prepare(fitted)), choose_threshold(fitted)
    instructed = texts.filter(pl.col("generator") == "text-davinci-003")
    for name, part in (("davinci-003", instructed), ("base models", texts.join(instructed, on="text", how="anti"))):
        above = score(model, keep_long(part)).with_columns(above=pl.col("score") > threshold)
        print(
            f"autext23 es, {name} | {Auroc.measure(score(model, prepare(pl.concat([part, people]))))} | {_count(above)}"
        )


def main() -> None:
    """Prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--without-more", action="store_true", help="leave generated_2026_more.parquet out")
    asked = parser.parse_args()
    print_tables(asked.data, more=not asked.without_more)


if __name__ == "__main__":
    main()
