"""Makes the language models that ship in provenance/models from the development data, and their manifest entries.

    python -m pipelines.train_shipped ../shared/data [--out provenance/models] [--tools .tools/bin]

Only sets whose licence allows shipping, as the card provenance/models/cards/en.language_models.md lists them. The same
data gives the same bytes.
"""

import argparse
from pathlib import Path

import polars as pl

from provenance.train.artefacts import CleanOptions, clean_texts
from provenance.train.lm import LanguageModelOptions, train_language_models, update_manifest
from provenance.train.vocabulary import VocabularyOptions, count_vocabulary

AI_SETS = ("biscope", "biscope_paraphrased_ai", "faid", "gptid_reddit", "authenticheck_asap")
REGISTER_DOCUMENTS = 1500  # of dated human text, at most so many of each register,
TECHNICAL_DOCUMENTS = 300  # and of technical text, which is rarer on the web than in repositories
CLEAN = CleanOptions(max_words=600)
VOCABULARY = VocabularyOptions()
MODELS = {
    "ai": LanguageModelOptions(),
    "translation": LanguageModelOptions(order=2, prune=(0, 0)),  # a tenth of the texts: longer n-grams rank worse
}
COLUMNS = ("text", "label", "lang", "source")
SEED = 1


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


def main() -> None:
    """Trains both pairs on one vocabulary and replaces the models' entries in the manifest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("provenance/models"))
    parser.add_argument("--tools", type=Path, default=Path(".tools/bin"))
    asked = parser.parse_args()
    pairs = {pair: read(asked.data).filter(pl.col("lang") == "en") for pair, read in PAIRS.items()}
    pairs = {pair: clean_texts(texts, CLEAN) for pair, texts in pairs.items()}
    vocabulary = count_vocabulary(pl.concat(pairs.values()), VOCABULARY, max_tokens=MODELS["ai"].max_tokens)
    made = []
    for pair, texts in pairs.items():
        made += train_language_models(texts, MODELS[pair], tools=asked.tools, out=asked.out, vocabulary=vocabulary)
    made = list({file.name: file for file in made}.values())  # the vocabulary is written with either pair
    update_manifest(asked.out, made, licence="CC-BY-SA-4.0", card="cards/en.language_models.md")
    for file in made:
        print(f"{file.file}: {file.n_documents} documents, {file.n_tokens} tokens, sha256 {file.sha256}")


if __name__ == "__main__":
    main()
