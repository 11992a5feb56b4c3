"""Makes the language models that ship in provenance/models from the development data, and their manifest entries.

    python -m pipelines.train_shipped ../shared/data [--out provenance/models] [--tools .tools/bin]

Only sets whose licence allows shipping: what each card in provenance/models/cards lists. Same data, same bytes.
"""

import argparse
import json
from pathlib import Path

import polars as pl

from provenance.train.artefacts import CleanOptions, clean_texts
from provenance.train.lm import LanguageModelOptions, TrainedFile, manifest_entries, train_language_models

AI_SETS = ("biscope", "biscope_paraphrased_ai", "faid", "gptid_reddit", "authenticheck_asap")
REGISTER_DOCUMENTS = {"technical": 300}  # documents taken of a register of dated human text, by default:
OTHER_DOCUMENTS = 600
BAG_SEGMENTS = 14  # single sentences become documents of that many
CLEAN = CleanOptions(max_words=600)
COLUMNS = ("text", "label", "lang", "source")
SEED = 1


def read_ai_pair(data: Path) -> pl.DataFrame:
    """AI-generated and human texts."""
    sets = [
        pl.read_parquet(data / "ai" / f"{name}.parquet").with_columns(
            (pl.lit(name.removesuffix("_paraphrased_ai") + "/") + pl.col("domain")).alias("source")
        )
        for name in AI_SETS
    ]
    return pl.concat([*(frame.select(COLUMNS) for frame in sets), read_dated(data, "human")])


def read_translation_pair(data: Path) -> pl.DataFrame:
    """Translated and original English texts, the same number of documents of each source on both sides."""
    folder = data / "mt"
    pair = pl.concat(
        [
            pl.read_parquet(folder / "htvsmt_deen_to2016.parquet"),
            bag_segments(pl.read_parquet(folder / "mlqe_segments.parquet")),
            pl.read_parquet(folder / "ntrex.parquet"),
        ],
        how="diagonal_relaxed",
    )
    label = pl.when(pl.col("label") == "original").then(pl.lit("original")).otherwise(pl.lit("translated"))
    texts = pair.with_columns(label.alias("label"), pl.col("source").str.split("/").list.first()).select(COLUMNS)
    return pl.concat([texts, read_dated(data, "original")])


def read_dated(data: Path, label: str) -> pl.DataFrame:
    """Human documents from before November 2022, at most so many of each register."""
    texts = pl.read_parquet(data / "human" / "human_dated.parquet").filter(
        pl.col("author_note").fill_null("") != "human translation", pl.col("lang") == "en"
    )
    parts = [
        part.sample(min(part.height, REGISTER_DOCUMENTS.get(str(register), OTHER_DOCUMENTS)), seed=SEED)
        for (register,), part in texts.sort("source", "path").partition_by("register", as_dict=True).items()
    ]
    return (
        pl.concat(parts).with_columns(pl.lit(label).alias("label"), pl.col("register").alias("source")).select(COLUMNS)
    )


def bag_segments(segments: pl.DataFrame) -> pl.DataFrame:
    """Consecutive sentences of one system and language as documents."""
    keys = ("lang", "src_lang", "label", "system")
    bag = pl.int_range(pl.len()).over(keys) // BAG_SEGMENTS
    return (
        segments.with_columns(bag.alias("bag"), pl.lit("mlqe").alias("source"))
        .group_by(*keys, "bag", "source", maintain_order=True)
        .agg(pl.col("text").str.join(" "))
    )


def train(data: Path, tools: Path, out: Path) -> list[TrainedFile]:
    """All models that ship, one vocabulary for both pairs."""
    texts = pl.concat(
        [
            clean_texts(pair(data).filter(pl.col("lang") == "en"), CLEAN)
            for pair in (read_ai_pair, read_translation_pair)
        ]
    )
    return train_language_models(texts, LanguageModelOptions(), tools=tools, out=out, language="en")


def main() -> None:
    """Trains, and replaces the models' entries in the manifest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("provenance/models"))
    parser.add_argument("--tools", type=Path, default=Path(".tools/bin"))
    options = parser.parse_args()
    made = train(options.data, options.tools, options.out)
    manifest = options.out / "manifest.json"
    kept = json.loads(manifest.read_text()) if manifest.exists() else []
    entries = manifest_entries(made, licence="CC-BY-SA-4.0", card="cards/en.language_models.md")
    kept = [entry for entry in kept if entry["name"] not in {entry["name"] for entry in entries}]
    manifest.write_text(json.dumps([*kept, *entries], indent=2) + "\n")
    for file in made:
        print(f"{file.file}: {file.n_documents} documents, {file.n_tokens} tokens, sha256 {file.sha256}")


if __name__ == "__main__":
    main()
