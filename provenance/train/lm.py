"""Fits the n-gram models that signals/text_models.py scores with, from labelled texts.

A vocabulary over all labels, then for each label a KenLM model: `lmplz` (modified Kneser-Ney, Heafield et al. 2013),
pruned, and `build_binary` to a quantised trie. Same texts and options give the same bytes.
"""

import hashlib
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from provenance.errors import ConfigError
from provenance.text.delexicalise import Vocabulary, join_classes
from provenance.text.windows import read_windows
from provenance.train.vocabulary import VocabularyOptions, count_vocabulary

_CHUNK = 500
LABELS = ("ai", "human", "translated", "original")


@dataclass(frozen=True, slots=True)
class LanguageModelOptions:
    """Defaults are the recipe of the shipped models."""

    order: int = 3
    prune: tuple[int, ...] = (0, 1, 3)  # n-grams up to this count go, by order
    bits: int = 6  # of quantised probabilities and back-off weights
    memory: str = "512M"  # of lmplz; part of what makes the bytes
    vocabulary: VocabularyOptions = field(default_factory=VocabularyOptions)


@dataclass(frozen=True, slots=True)
class TrainedFile:
    """A file that was written, as the manifest of models wants it."""

    name: str
    kind: str
    language: str
    file: str
    sha256: str
    n_documents: int
    n_tokens: int


def train_language_models(
    labelled: pl.DataFrame,
    options: LanguageModelOptions,
    *,
    tools: Path,
    out: Path,
    language: str = "en",
    vocabulary: Vocabulary | None = None,
) -> list[TrainedFile]:
    """Writes a vocabulary and a model for each label of that language to `out`; gives what was written.

    `labelled` has text, label (of `LABELS`) and lang, optionally source: sources weigh alike in the vocabulary.
    `tools` is the folder of lmplz and build_binary. Raises ConfigError for missing tools, columns or labels.
    """
    check_tools(tools)
    texts = select_texts(labelled, language)
    made = []
    if vocabulary is None:
        vocabulary = count_vocabulary(texts, options.vocabulary)
    path = out / f"{language}.vocabulary.txt"
    path.write_text(vocabulary.render(), encoding="utf-8")
    made.append(describe_file(path, "vocabulary", language, texts.height, len(vocabulary.words)))
    for label in sorted(texts["label"].unique()):
        part = texts.filter(pl.col("label") == label)
        lines = _read_windows(part["text"], vocabulary)
        path = out / f"{language}.lm_{label}.binary"
        estimate_model(lines, options, tools, path)
        n_tokens = sum(line.count(" ") + 1 for line in lines)
        made.append(describe_file(path, f"lm_{label}", language, part.height, n_tokens))
    return made


def check_tools(tools: Path) -> None:
    """Raises ConfigError unless lmplz and build_binary lie in the folder."""
    missing = [name for name in ("lmplz", "build_binary") if not (tools / name).is_file()]
    if missing:
        raise ConfigError(f"{tools}: {' and '.join(missing)} not found; build them with 'make lmplz'")


def select_texts(labelled: pl.DataFrame, language: str) -> pl.DataFrame:
    """The texts of a language whose label is known, with a source and a cell."""
    for column in ("text", "label", "lang"):
        if column not in labelled.columns:
            raise ConfigError(f"labelled texts lack the column {column!r}; there are {', '.join(labelled.columns)}")
    texts = labelled.filter(pl.col("lang") == language).drop_nulls(["text", "label"])
    unknown = set(texts["label"].unique()) - set(LABELS)
    if unknown:
        raise ConfigError(f"unknown label {', '.join(sorted(unknown))}; known are {', '.join(LABELS)}")
    if texts.is_empty():
        raise ConfigError(f"no labelled text is in the language {language!r}")
    if "source" not in texts.columns:
        texts = texts.with_columns(source=pl.lit(""))
    if "cell" not in texts.columns:
        texts = texts.with_columns(cell=pl.format("{} {}", "label", "source"))
    return texts


def _read_windows(texts: pl.Series, vocabulary: Vocabulary) -> list[str]:
    chunks = (texts.slice(first, _CHUNK) for first in range(0, texts.len(), _CHUNK))
    return [line for chunk in chunks for line in join_classes(read_windows(chunk), vocabulary)]


def estimate_model(lines: Sequence[str], options: LanguageModelOptions, tools: Path, path: Path) -> None:
    """Writes the KenLM model of lines of words. Raises ConfigError when a tool fails."""
    with tempfile.TemporaryDirectory() as folder:
        corpus, arpa = Path(folder) / "corpus", Path(folder) / "arpa"
        corpus.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        prune = [str(count) for count in options.prune]
        _run(
            [
                *(str(tools / "lmplz"), "--order", str(options.order), "--prune", *prune),
                *("--discount_fallback", "-S", options.memory, "-T", folder),
                *("--text", str(corpus), "--arpa", str(arpa)),
            ]
        )
        bits = str(options.bits)
        _run(
            [
                *(str(tools / "build_binary"), "-T", folder, "-q", bits, "-b", bits),
                *("trie", str(arpa), str(path)),  # -a 22 would save a fifth of the bytes and cost 40 % more time
            ]
        )


def _run(command: Sequence[str]) -> None:
    """Raises ConfigError with the tool's last words when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = " ".join(done.stderr.strip().splitlines()[-3:])
        raise ConfigError(f"{Path(command[0]).name} failed with status {done.returncode}: {said}")


def describe_file(path: Path, kind: str, language: str, n_documents: int, n_tokens: int) -> TrainedFile:
    """A file that was written, with its digest."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return TrainedFile(path.stem, kind, language, path.name, digest, n_documents, n_tokens)
