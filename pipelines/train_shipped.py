"""Makes the language models that ship in provenance/models from the development data, and their manifest entries.

    python -m pipelines.train_shipped ../shared/data [--out provenance/models] [--tools .tools/bin]

Only sets whose licence allows shipping, as cards/en.language_models.md there lists them. Same data, same bytes.
"""

import argparse
from pathlib import Path

import polars as pl

from provenance.models.registry import describe_model, load_models, write_manifest
from provenance.train.artefacts import CleanOptions, clean_texts
from provenance.train.lm import LanguageModelOptions, TrainedFile, train_language_models
from provenance.train.vocabulary import VocabularyOptions, count_vocabulary

AI_SETS = ("biscope", "biscope_paraphrased_ai", "faid", "gptid_reddit", "authenticheck_asap")
REGISTER_DOCUMENTS = 1500  # of dated human text, at most so many of each register,
TECHNICAL_DOCUMENTS = 300  # and of technical text, which is rarer on the web than in repositories
CLEAN = CleanOptions(max_words=600)
VOCABULARY = VocabularyOptions()
# The second pair has a tenth of the texts: longer n-grams rank worse.
MODELS = {"ai": LanguageModelOptions(), "translation": LanguageModelOptions(order=2, prune=(0, 0))}
COLUMNS = ("text", "label", "lang", "source")
SEED = 1
LICENCE = "CC-BY-SA-4.0"
CARD = "cards/en.language_models.md"


def read_ai_pair(data: Path) -> pl.DataFrame:
    """AI-generated and human texts; a source is a domain of a set, or a register."""
    sets = []
    for name in AI_SETS:
        prefix = pl.lit(name.removesuffix("_paraphrased_ai") + "/")
        frame = pl.read_parquet(data / "ai" / f"{name}.parquet")
        sets.append(frame.with_columns(source=prefix + pl.col("domain")).select(COLUMNS))
    return pl.concat([*sets, read_dated(data)])


def read_translation_pair(data: Path) -> pl.DataFrame:
    """Translated and original news, round trips of the same originals among the translated.

    Nothing else: dated texts or encyclopaedia sentences on one side make the ratio one of topics, and on both sides
    they weaken it (docs/detection.md).
    """
    names = ("htvsmt_deen_to2016", "ntrex")
    side = pl.when(pl.col("label") == "original").then(pl.lit("original")).otherwise(pl.lit("translated"))
    return pl.concat(
        pl.read_parquet(data / "mt" / f"{name}.parquet").with_columns(label=side, source=pl.lit(name)).select(COLUMNS)
        for name in names
    )


def read_dated(data: Path) -> pl.DataFrame:
    """English human documents from before November 2022; their source is their register."""
    texts = pl.read_parquet(data / "human" / "human_dated.parquet").filter(
        pl.col("author_note").fill_null("") != "human translation", pl.col("lang") == "en"
    )
    parts = []
    for (register,), part in texts.sort("source", "path", "text").partition_by("register", as_dict=True).items():
        most = TECHNICAL_DOCUMENTS if register == "technical" else REGISTER_DOCUMENTS
        parts.append(part.sample(min(part.height, most), seed=SEED))
    return pl.concat(parts).select("text", pl.lit("human").alias("label"), "lang", source="register")


PAIRS = {"ai": read_ai_pair, "translation": read_translation_pair}


def train(data: Path, tools: Path, out: Path) -> dict[str, TrainedFile]:
    """Trains both pairs on one vocabulary; what was written, by name."""
    pairs = {pair: clean_texts(read(data).filter(pl.col("lang") == "en"), CLEAN) for pair, read in PAIRS.items()}
    vocabulary = count_vocabulary(pl.concat(pairs.values()), VOCABULARY, max_tokens=MODELS["ai"].max_tokens)
    made: dict[str, TrainedFile] = {}
    for pair, texts in pairs.items():
        files = train_language_models(texts, MODELS[pair], tools=tools, out=out, vocabulary=vocabulary)
        made |= {file.name: file for file in files}  # the vocabulary is written with either pair
    return made


def main() -> None:
    """Trains, and replaces the models' entries in the manifest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("provenance/models"))
    parser.add_argument("--tools", type=Path, default=Path(".tools/bin"))
    asked = parser.parse_args()
    models = [model for model in load_models(asked.out) if model.card != CARD]
    for name, file in train(asked.data, asked.tools, asked.out).items():
        path = asked.out / file.file
        models.append(describe_model(path, name=name, kind=file.kind, language="en", licence=LICENCE, card=CARD))
        print(f"{file.file}: {file.n_documents} documents, {file.n_tokens} tokens, sha256 {file.sha256}")
    write_manifest(asked.out, models)


if __name__ == "__main__":
    main()
