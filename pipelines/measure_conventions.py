"""Measures what residue, conventions and loops tell of machine translation; prints the table of docs/signals.md.

    python -m pipelines.measure_conventions DATA [--made-on | --hits]

DATA holds `mt/`, `human/human_dated.parquet` and `warc/throughput`. The signals were made on WMT 2021, MLQE, Unbabel
and the round trips up to 2013 (`--made-on`); the table is of WMT 2022 and the round trips of 2014 to 2016. Texts of
one `doc_id` are drawn together. `--hits` lists what is found in texts of people.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan, log, nan
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.labelled_sets import read_web_pages
from pipelines.measure_contrast import make_table
from provenance.signals import measure_signals
from provenance.signals.conventions import PATTERNS as CONVENTIONS
from provenance.signals.conventions import Conventions
from provenance.signals.loops import Loops
from provenance.signals.residue import PATTERNS as RESIDUE
from provenance.signals.residue import Residue
from provenance.signals.spots import ANY
from provenance.text.words import count_words
from provenance.train.metrics import measure_auroc
from provenance.train.resampling import draw_clusters, find_interval

SIGNALS = (Residue(), Conventions(), Loops())
FAMILIES = ("residue", "convention", "loop")
TARGETS = ("en", "de", "cs", "ru", "uk", "zh", "ja", "es")
BAG = 20  # sentences, of sets that have no documents
LAST_YEAR_MADE_ON = 2013
FEW = 100  # texts in which no hit says little
REPLICATES, SEED = 200, 1


@dataclass(frozen=True, slots=True)
class Contrast:
    """Machine translations against other texts of one language."""

    name: str
    language: str
    texts: pl.DataFrame  # text, machine (bool), doc_id, system


def read_contrasts(data: Path, *, made_on: bool) -> Iterator[Contrast]:
    """Round trips against their originals; a year of WMT by target language; sentences in bags."""
    trips = pl.read_parquet(data / "mt" / "htvsmt_deen_to2016.parquet").filter(
        (pl.col("year") <= LAST_YEAR_MADE_ON) == made_on,
        (pl.col("label") == "original") | pl.col("system").str.ends_with("-roundtrip"),
    )
    yield Contrast("round trips", "en", _name_texts(trips))
    news = pl.read_parquet(data / "mt" / ("wmt21.parquet" if made_on else "wmt22.parquet"))
    for language in TARGETS:
        here = news.filter(lang=language)
        translated = here.filter(pl.col("label") != "original")
        both = translated.filter(pl.col("label").n_unique().over("doc_id") == 2)
        if here.height:
            yield Contrast("WMT MT/HT", language, _name_texts(both))
            original = here.filter(pl.col("label") != "ht")
            yield Contrast("WMT MT/originals", language, _name_texts(original))
    if made_on:
        yield from read_bags(data)


def read_bags(data: Path) -> Iterator[Contrast]:
    """English sentences of MLQE by source language, and Spanish ones of Unbabel, in bags."""
    sentences = _fill_bags(pl.read_parquet(data / "mt" / "mlqe_segments.parquet").filter(lang="en"))
    original = sentences.filter(label="original")
    for source in ("et", "ne", "ro", "ru", "si"):
        part = pl.concat([sentences.filter(src_lang=source, label="mt"), original])
        yield Contrast(f"MLQE from {source}", "en", _name_texts(part))
    spanish = _fill_bags(pl.read_parquet(data / "mt" / "unbabel_es_segments.parquet"))
    yield Contrast("Unbabel", "es", _name_texts(spanish))


def _fill_bags(sentences: pl.DataFrame) -> pl.DataFrame:
    kinds = ["lang", "src_lang", "label"]
    numbered = sentences.with_columns(bag=pl.int_range(pl.len()).over(kinds) // BAG)
    bags = numbered.group_by([*kinds, "bag"], maintain_order=True).agg(
        pl.col("text").str.join("\n"), pl.col("system").first()
    )
    return bags.with_columns(doc_id=pl.format("{} {} {}", "src_lang", "label", "bag"))


def _name_texts(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select("text", "doc_id", "system", machine=pl.col("label") == "mt")


def read_people(data: Path) -> pl.DataFrame:
    """Texts of people: dated ones, none a translation, and web pages before November 2022."""
    dated = pl.read_parquet(data / "human" / "human_dated.parquet")
    own = dated.filter(pl.col("author_note").fill_null("") != "human translation")
    pages = read_web_pages(data)
    return pl.concat([part.select("text", language=pl.col("lang").str.head(2)) for part in (own, pages)])


def list_kinds(language: str) -> list[str]:
    """The kinds of spots a language has, and the whole families."""
    kinds = [f"residue {kind}" for kind in RESIDUE.get(language, RESIDUE[ANY])]
    kinds += [f"convention {kind}" for kind in CONVENTIONS.get(language, {})]
    families = [name for name in FAMILIES if name == "loop" or any(kind.startswith(name) for kind in kinds)]
    return kinds + families


def measure_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """The hits of all signals beside the texts."""
    parts = [part.hstack(measure_signals(part, SIGNALS)) for part in frame.iter_slices(1000)]
    return pl.concat(parts).with_columns(n_words=count_words(pl.col("text")))


def count_kind(measured: pl.DataFrame, kind: str) -> NDArray[np.float64]:
    """Hits of a kind in each text."""
    family, _, name = kind.partition(" ")
    found = pl.element().struct["detail"].str.starts_with(name)
    counts = measured.select(pl.col(f"{family}_hits").list.eval(found).list.sum().fill_null(0)).to_series()
    return counts.to_numpy().astype(np.float64)


def tabulate(contrast: Contrast, people: pl.DataFrame) -> Iterator[dict[str, str | int]]:
    """A row for each kind that is found in any of the texts."""
    measured = measure_texts(contrast.texts.with_columns(language=pl.lit(contrast.language)))
    here = people.filter(language=contrast.language)
    for kind in list_kinds(contrast.language):
        if count_kind(measured, kind).any():
            yield compare(contrast, kind, measured, count_kind(here, kind))


def compare(contrast: Contrast, kind: str, measured: pl.DataFrame, people: NDArray[np.float64]) -> dict[str, str | int]:
    """Rates, AUROC of the density, and what a hit is worth."""
    counts, machine = count_kind(measured, kind), measured["machine"].to_numpy()
    density = counts / np.maximum(measured["n_words"].to_numpy(), 1)
    draws = draw_clusters(measured, "doc_id", REPLICATES, SEED)
    low, high = find_interval([measure_auroc(density[rows], machine[rows]) for rows in draws])
    hits = [int((some > 0).sum()) for some in (counts[machine], counts[~machine], people)]
    totals = [int(machine.sum()), int((~machine).sum()), people.size]
    auroc = measure_auroc(density, machine)
    difference, *bounds = find_difference(measured.select("doc_id", "machine", density=pl.Series(1000 * density)))
    return {
        "signal": kind,
        "set": contrast.name,
        "language": contrast.language,
        "MT": _render(hits[0], totals[0]),
        "systems": f"{_count_systems(measured, counts)} of {_count_systems(measured, machine)}",
        "others": _render(hits[1], totals[1]),
        "people": _render(hits[2], totals[2]),
        "AUROC": f"{auroc:.3f} ({low or auroc:.3f} to {high or auroc:.3f})",
        "per 1,000 words, more": "-"
        if isnan(difference)
        else "{:+.3f} ({:+.3f} to {:+.3f})".format(difference, *bounds),
        "nats against others, people": ", ".join(
            f"{find_nats(hits[0], hits[k], totals[0], totals[k]):+.1f}" if totals[k] >= FEW else "-" for k in (1, 2)
        ),
    }


def find_difference(densities: pl.DataFrame) -> tuple[float, float, float]:
    """How much denser hits are in machine translations than in the other texts of the same sources, with its interval.

    Mean over sources, which are drawn again and again; NaN where no source has both.
    """
    of_side = pl.col("density").filter(pl.col("machine")).mean() - pl.col("density").filter(~pl.col("machine")).mean()
    by_source = densities.group_by("doc_id", maintain_order=True).agg(of_side).drop_nulls()["density"].to_numpy()
    if not by_source.size:
        return nan, nan, nan
    random = np.random.default_rng(SEED)
    means = [by_source[random.integers(0, by_source.size, by_source.size)].mean() for _ in range(REPLICATES)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(by_source.mean()), float(low), float(high)


def _count_systems(measured: pl.DataFrame, some: NDArray[np.generic]) -> int:
    return measured.filter(pl.Series(some).cast(pl.Boolean), "machine")["system"].n_unique()


def find_nats(first: int, second: int, n_first: int, n_second: int) -> float:
    """The log-likelihood ratio of having a hit; half a document is added to each count (Jeffreys' prior)."""
    return log((first + 0.5) / (n_first + 1)) - log((second + 0.5) / (n_second + 1))


def _render(hits: int, total: int) -> str:
    return f"{hits} of {total:,}: {100 * hits / max(total, 1):.2f} %"


def print_hits(people: pl.DataFrame) -> None:
    """Every hit in texts of people with what stands around it."""
    for family in FAMILIES:
        for text, hits in people.select("text", f"{family}_hits").iter_rows():
            for hit in hits or ():
                print(hit["detail"], repr(text[max(0, hit["start"] - 50) : hit["end"] + 40]), sep=" | ")


def main() -> None:
    """Prints the table, or the hits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--made-on", action="store_true", help="of the sets that the signals were made on")
    parser.add_argument("--hits", action="store_true")
    options = parser.parse_args()
    people = measure_texts(read_people(options.data))
    if options.hits:
        print_hits(people)
        return
    contrasts = read_contrasts(options.data, made_on=options.made_on)
    rows = [row for contrast in contrasts for row in tabulate(contrast, people)]
    print(make_table(rows))


if __name__ == "__main__":
    main()
