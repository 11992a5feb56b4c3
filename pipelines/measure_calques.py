"""Measures the lexicon that `provenance calques build` makes of a dictionary; the tables of docs/calques.md.

    python -m pipelines.measure_calques DICTIONARY ../shared/data [--most 30000,100000]

Original English is held out: the phrase model here learns from one half of the sources only, and the hits are counted
in the other half and in sets that no shipped model has seen. `calque_deu_eng_freedict` holds another splitting of the
same language: how many of its compounds are split alike, and how many of its glosses are among ours.
"""

import argparse
import random
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipelines.train_phrases import read_originals
from pipelines.train_shipped import LICENSED
from provenance.adapters.calques import write_lexicon
from provenance.adapters.dictionaries import read_dictionaries
from provenance.signals.calques import Calques
from provenance.train.calques.build import BuildOptions, Made, build_lexicon
from provenance.train.calques.entries import Dictionary, Entry
from provenance.train.calques.gloss import GlossOptions, gloss_compound
from provenance.train.calques.languages import find_compounding
from provenance.train.calques.phrase_model import PhraseModel, PhraseModelOptions, train_phrase_model
from provenance.train.calques.split import NOUNS, Splitter
from provenance.train.calques.words import normalise_phrase

READ_BY_HAND = 100
TOOLS = Path(".tools/bin")


def main() -> None:
    """Prints every table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dictionary", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--most", default="30000,100000")
    asked = parser.parse_args()
    entries = [entry for read in read_dictionaries([asked.dictionary]) for entry in read.entries]
    texts = read_originals(asked.data, None)
    half = (pl.col("group").hash(seed=3) % 2 == 0) & (pl.col("set") == "human_dated")
    learned = texts.filter(pl.col("set").is_in(LICENSED) & ~half)
    held = texts.filter(~pl.col("set").is_in(LICENSED) | half)
    populations = {"original English, held out": held, **_read_translations(asked.data)}
    with tempfile.TemporaryDirectory() as folder:
        file = train_phrase_model(learned["text"], PhraseModelOptions(), tools=TOOLS, out=Path(folder))
        phrases = PhraseModel(Path(folder) / file.file)
        _compare(asked.data, entries, phrases)
        for most in map(int, asked.most.split(",")):
            made, counts = build_lexicon(entries, phrases, replace(BuildOptions(), most=most), language="de")
            print(f"\nmost {most}: {counts}")
            _count_hits(made, populations, Path(folder) / f"{most}.tsv")  # a lexicon is loaded once, by path
    random.seed(1)
    for line in random.sample(made, min(READ_BY_HAND, len(made))):
        print(f"  {line.calque}: {line.source_expression}, {line.meaning} ({line.note})")


def _read_translations(data: Path) -> dict[str, pl.DataFrame]:
    frames = [pl.read_parquet(data / "mt" / f"{name}.parquet") for name in ("wmt21", "wmt22", "htvsmt_deen_to2016")]
    texts = pl.concat(frames, how="diagonal_relaxed").filter(pl.col("lang").str.starts_with("en"))
    german = pl.col("src_lang") == "de"
    return {
        "machine translation from German": texts.filter(german, pl.col("label") == "mt"),
        "machine translation from others": texts.filter(~german, pl.col("label") == "mt"),
        "human translation from German": texts.filter(german, pl.col("label") == "ht"),
    }


def _compare(data: Path, entries: Sequence[Entry], phrases: PhraseModel) -> None:
    """How many compounds of the other splitting are headwords here, split alike, and share a gloss."""
    other = pl.read_parquet(data / "mt" / "calque_deu_eng_freedict.parquet")
    compounding = find_compounding("de")
    dictionary = Dictionary.collect(map(compounding.settle, entries))
    splitter = Splitter(dictionary, compounding)
    n = dict.fromkeys(("headwords", "nouns", "split", "alike", "opaque", "opaque alike", "glossed", "share a gloss"), 0)
    for row in other.iter_rows(named=True):
        word = row["german"].lower()
        n["headwords"] += word in dictionary.entries
        if not dictionary.has(word, NOUNS):  # plurals are found as forms of their singular
            continue
        n["nouns"] += 1
        splits = splitter.split(word)
        lasts = {parts[-1].headword for parts in splits if len(parts) == 2}
        alike = row["part2"].lower() in lasts
        n["split"] += bool(splits)
        n["alike"] += alike
        n["opaque"] += row["opaque"]
        n["opaque alike"] += row["opaque"] and alike
        ours = {normalise_phrase(gloss.text) for gloss in gloss_compound(splits, dictionary, GlossOptions(), phrases)}
        n["glossed"] += bool(ours)
        n["share a gloss"] += not ours.isdisjoint(normalise_phrase(text) for text in row["literal"].split(";"))
    print(f"compounds of calque_deu_eng_freedict: {other.height}; {n}")


def _count_hits(made: Sequence[Made], populations: dict[str, pl.DataFrame], path: Path) -> None:
    """Hits of the built lexicon per million words, mentions left out; the shipped lexicon has no part in it."""
    write_lexicon(made, path)
    signal = Calques(lexicon=path)
    for name, texts in populations.items():
        measured = signal.measure(texts.select("text", pl.lit("en").alias("language")))
        hits, words = int(measured["calque_count"].sum()), int(texts["text"].str.count_matches(r"\w+").sum())
        forms = measured["calque_hits"].explode().drop_nulls().struct.field("detail").n_unique()
        documents = int((measured["calque_count"] > 0).sum())
        print(f"  {name}: {words} words, {hits} hits of {forms} calques in {documents} of {texts.height} texts,"
              f" {1e6 * hits / words:.1f} per million words")  # fmt: skip


if __name__ == "__main__":
    main()
