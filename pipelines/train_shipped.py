"""Makes the models of texts that ship in provenance/models from the development data, and their manifest entries.

    python -m pipelines.train_shipped ../shared/data [--out provenance/models] [--tools .tools/bin]

Only sets whose licence allows shipping, as cards/en.text_models.md there lists them. Same data, same bytes.
"""

import argparse
from pathlib import Path

import polars as pl

from pipelines.labelled_sets import name_competing, read_ai_sets, read_dated, read_own, read_translations
from provenance.models.registry import Model, describe_model, load_models, write_manifest
from provenance.train.artefacts import CleanOptions, clean_texts
from provenance.train.linear import LinearOptions
from provenance.train.lm import TrainedFile
from provenance.train.text_models import TextModelOptions, train_text_models

LICENSED = (
    "biscope", "biscope_paraphrased_ai", "faid", "gptid_reddit", "authenticheck_asap", "human_dated", "own",
    "htvsmt_deen_to2016", "ntrex",
)  # fmt: skip
WEAK = r"(?i)babbage|curie|bloom|flan|gpt2|\bada\b|davinci-002|polish"  # base and small models; polished human text
REGISTER_DOCUMENTS = 1500  # of dated human text, at most so many of each register,
TECHNICAL_DOCUMENTS = 300  # and of technical text, which is rarer on the web than in repositories
CLEAN = CleanOptions(max_words=600)
# Texts of the sets (generators to 2025) and of 2026 lie in different directions from human text: one direction for both
# loses half of either (docs/detection.md). The shares say how a text of unknown date is taken.
EARLIER, CURRENT = "to 2025", "2026"
OPTIONS = TextModelOptions(linear=LinearOptions(generations=((EARLIER, 0.7), (CURRENT, 0.3))))
SEED = 1
LICENCE = "CC-BY-SA-4.0"
CARD = "cards/en.text_models.md"


def read_training(data: Path, sets: tuple[str, ...] = LICENSED, *, language: str = "en") -> pl.DataFrame:
    """Cleaned texts with label, lang, source, cell, genre and family: what all models of texts learn from.

    News in translation and its originals are the labels translated and original; nothing else takes part there: dated
    texts or encyclopaedia sentences on one side make the ratio one of topics, on both sides they weaken it.
    """
    readers = (read_ai_sets, read_dated, read_own, read_translations)
    texts = pl.concat([read(data, per_cell=None) for read in readers], how="vertical_relaxed")
    strong = ~pl.col("generator").fill_null("").str.contains(WEAK)
    test = (pl.col("use") == "figures").fill_null(False) & (pl.col("set") == "own")
    chosen = texts.filter(pl.col("set").is_in(sets), pl.col("lang") == language, strong, ~test)
    capped = _cap_registers(chosen.unique(["text", "set"], keep="first", maintain_order=True))
    named = pl.col("label").replace({"mt": "translated", "ht": "translated"})
    translator = pl.col("label").replace_strict({"mt": "machine", "ht": "human"}, default=None, return_dtype=pl.String)
    source = pl.col("domain").str.replace("_paraphrased_ai", "")
    generator = pl.when(pl.col("label") == "ai").then(pl.col("generator"))
    told = capped.with_columns(named, source=source, translator=translator)
    return clean_texts(told, CLEAN).select(
        *("text", "label", "lang", "set", "source", "genre", "translator", "pair_id"),
        cell=pl.format("{} {}", "source", "label"),
        generation=pl.when(pl.col("set") == "own").then(pl.lit(CURRENT)).otherwise(pl.lit(EARLIER)),
        family=name_competing(generator, pl.col("source")),
    )


def _cap_registers(texts: pl.DataFrame) -> pl.DataFrame:
    """At most so many dated documents of each register, the same ones each time."""
    shuffled = texts.sample(fraction=1.0, shuffle=True, seed=SEED)
    most = pl.when(pl.col("register") == "technical").then(TECHNICAL_DOCUMENTS).otherwise(REGISTER_DOCUMENTS)
    dated = pl.col("set") == "human_dated"
    return shuffled.filter(~dated | (pl.int_range(pl.len()).over("set", "register") < most))


def main() -> None:
    """Trains, and replaces the models' entries in the manifest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("provenance/models"))
    parser.add_argument("--tools", type=Path, default=Path(".tools/bin"))
    asked = parser.parse_args()
    models = [model for model in load_models(asked.out) if not model.kind.startswith(("lm_", "lr_", "vocabulary"))]
    made = train_text_models(read_training(asked.data), OPTIONS, out=asked.out, tools=asked.tools)
    write_manifest(asked.out, [*models, *(describe(file, asked.out) for file in made)])
    for file in made:
        print(f"{file.file}: {file.n_documents} documents, {(asked.out / file.file).stat().st_size} bytes")


def describe(file: TrainedFile, out: Path) -> Model:
    """The manifest entry of a trained file."""
    return describe_model(
        out / file.file, name=file.name, kind=file.kind, language=file.language, licence=LICENCE, card=CARD
    )


if __name__ == "__main__":
    main()
