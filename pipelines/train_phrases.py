"""Makes the model of English phrases that `provenance calques build` strikes glosses with, and its manifest entry.

    python -m pipelines.train_phrases ../shared/data [--out provenance/models] [--tools .tools/bin]

From human and original texts of the sets whose licence allows shipping (cards/en.phrases.md). Same data, same bytes.
"""

import argparse
from pathlib import Path

import polars as pl

from pipelines.labelled_sets import read_ai_sets, read_dated, read_translations
from pipelines.train_shipped import LICENCE, LICENSED
from provenance.models.registry import describe_model, load_models, write_manifest
from provenance.train.calques.phrase_model import KIND, PhraseModelOptions, train_phrase_model

CARD = "cards/en.phrases.md"


def read_originals(data: Path, sets: tuple[str, ...] | None = LICENSED) -> pl.DataFrame:
    """English texts by people that are no translations, each once: text, set and group; null sets are all of them."""
    texts = pl.concat([read(data, per_cell=None) for read in (read_ai_sets, read_dated, read_translations)])
    chosen = texts.filter(pl.col("lang") == "en", pl.col("label").is_in(["human", "original"]))
    if sets is not None:
        chosen = chosen.filter(pl.col("set").is_in(sets))
    return chosen.unique("text", keep="first", maintain_order=True).select("text", "set", "group")


def main() -> None:
    """Trains, and replaces the model's entry in the manifest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("provenance/models"))
    parser.add_argument("--tools", type=Path, default=Path(".tools/bin"))
    asked = parser.parse_args()
    others = [model for model in load_models(asked.out) if model.kind != KIND]
    texts = read_originals(asked.data)["text"]
    made = train_phrase_model(texts, PhraseModelOptions(), tools=asked.tools, out=asked.out)
    entry = describe_model(
        asked.out / made.file, name=made.name, kind=KIND, language=made.language, licence=LICENCE, card=CARD
    )
    write_manifest(asked.out, [*others, entry])
    print(f"{made.file}: {made.n_documents} texts, {made.n_tokens} words, {entry.path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
