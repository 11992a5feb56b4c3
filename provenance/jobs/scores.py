"""Scored documents from wherever they lie: files of `judge --out`, verdicts of runs, whole runs, folders, globs."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from glob import glob, has_magic
from io import BytesIO
from pathlib import Path

import polars as pl
import pyarrow as pa

from provenance.errors import ConfigError
from provenance.jobs.finished import check_same_detector, judged_shards, load_finished
from provenance.jobs.folder import SavedRun
from provenance.jobs.gather import DOCUMENT_COLUMNS, SITE_SOURCES, VERDICT_COLUMNS
from provenance.jobs.saved import RUN_FILE
from provenance.jobs.scored_values import check_values, conform_values
from provenance.jobs.weights import add_weights
from provenance.stats.sites.columns import SITE_COLUMNS, add_site_columns
from provenance.store import Place, read_metadata, table_path

STDIN = "-"
REQUIRED = ("ai_score", "mt_score", "origin")
KNOWN = tuple(dict.fromkeys(("id", *DOCUMENT_COLUMNS, "month", *VERDICT_COLUMNS)))
_MODELS = "provenance:models_digest"


@dataclass(frozen=True, slots=True)
class ScoredDocuments:
    """A row per document with what estimates need, and what was noticed on reading them.

    `runs` are the finished runs they are from, all of the same detector; `models_digests` what their files tell of the
    models that scored them; `notes` are sentences for the reader.
    """

    frame: pl.DataFrame
    runs: tuple[SavedRun, ...] = ()
    models_digests: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


def read_scores(places: Sequence[str | Path], columns: Sequence[str] = ()) -> ScoredDocuments:
    """The scored documents of files, globs and folders; `columns` are read besides those that every estimate needs.

    A folder is a run, whose verdicts are read with their documents, or holds Parquet files. `-` is Parquet on standard
    input. Documents of a run with weights have them as `sample_weight`.
    Raises ConfigError for what is not there, cannot be read, lacks a column, or holds no scores.
    """
    files, notes = _find_files(places)
    runs = _open_runs(files)
    derived = [name for name in SITE_COLUMNS if name in columns]
    wanted = (*KNOWN, "n_words", *columns, *(SITE_SOURCES if derived else ()))
    weighted = [run.out for run in runs if run.config.weights is not None]
    frames = [_tell_sites(conform_values(_read(file, wanted), str(file)), derived) for file in files]
    frames = [_weigh(frame, file, weighted) for frame, file in zip(frames, files, strict=True)]
    frame = pl.concat(frames, how="diagonal_relaxed")
    digests = (_read_models_digest(file) for file in files)
    if any(isinstance(file, Path) and file.parent.name == "curated" for file in files):
        notes.append("curated documents were chosen by their scores: the estimate does not hold for their crawl")
    return ScoredDocuments(frame, runs, frozenset(filter(None, digests)), (*notes, *check_values(frame)))


def _weigh(frame: pl.DataFrame, file: Path | str, weighted: Sequence[Place]) -> pl.DataFrame:
    """The documents of a weighted run's file with their weights."""
    root = next((out for out in weighted if isinstance(file, Path) and out in file.parents), None)
    return frame if root is None else add_weights(frame.lazy(), root).collect()


def _tell_sites(frame: pl.DataFrame, derived: Sequence[str]) -> pl.DataFrame:
    """The frame with the site columns that are asked for, told from its other columns where it has none of its own."""
    if not derived:
        return frame
    unwanted = {*SITE_COLUMNS, *SITE_SOURCES} - {*derived, "month"}
    return add_site_columns(frame).drop(unwanted, strict=False)


def _find_files(places: Sequence[str | Path]) -> tuple[list[Path | str], list[str]]:
    named = [file if file == STDIN else Path(file).resolve() for place in places for file in _expand(place)]
    twice = [str(file) for file, n in Counter(named).items() if n > 1]
    more = f" and {len(twice) - 1:,} more files" if len(twice) > 1 else ""
    return list(dict.fromkeys(named)), [f"named more than once, counted once: {twice[0]}{more}"] if twice else []


def _expand(place: str | Path) -> Iterator[str | Path]:
    path, text = Path(place), str(place)
    if text == STDIN:
        yield STDIN
    elif "://" in text:
        raise ConfigError(f"{text}: scores are read from this machine; fetch the file first, or pipe it to -")
    elif path.is_dir():
        yield from _list_folder(path)
    elif path.exists():
        yield path
    elif has_magic(text) and (matches := sorted(glob(text, recursive=True))):
        yield from (file for match in matches for file in _expand(match))
    else:
        raise ConfigError(f"{text}: no such file")


def _list_folder(folder: Path) -> list[Path]:
    if (folder / RUN_FILE).exists():
        run = load_finished(folder)
        return [table_path(folder, "verdicts", shard.crawl, shard.name) for shard in judged_shards(run)]
    files = sorted(folder.rglob("*.parquet"))
    if not files:
        raise ConfigError(f"{folder}: no Parquet file in this folder")
    if any(path.parent.parent.name in ("documents", "signals") for path in files):
        raise ConfigError(f"{folder}: holds several tables; name the folder of a run (with {RUN_FILE}) or score files")
    return files


def _open_runs(files: Sequence[Path | str]) -> tuple[SavedRun, ...]:
    """The runs in whose folders the files lie."""
    paths = [file for file in files if isinstance(file, Path)]
    roots = dict.fromkeys(path.parents[2] for path in paths if _lies_in_run(path))
    runs = [load_finished(root) for root in roots]
    for other in runs[1:]:
        check_same_detector(runs[0], other)
    return tuple(runs)


def _lies_in_run(path: Path) -> bool:
    return len(path.parents) > 2 and path.parents[1].name == "verdicts" and (path.parents[2] / RUN_FILE).exists()


def _read(file: Path | str, wanted: Sequence[str]) -> pl.DataFrame:
    try:
        source = BytesIO(sys.stdin.buffer.read()) if file == STDIN else file
        lazy = pl.scan_parquet(source, hive_partitioning=False, glob=False)
        names = lazy.collect_schema().names()
        missing = [name for name in REQUIRED if name not in names]
        if missing:
            raise ConfigError(
                f"{file}: no column {', '.join(missing)}; give files of `provenance judge --out`, verdicts or a run"
            )
        frame = lazy.select(name for name in dict.fromkeys(wanted) if name in names).collect()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ConfigError(f"{file}: cannot be read as Parquet: {error}") from error
    return frame if "n_words" in names else _add_documents(file, frame, wanted)


def _add_documents(file: Path | str, verdicts: pl.DataFrame, wanted: Sequence[str]) -> pl.DataFrame:
    """Verdicts of a run with the columns of their documents, which lie beside them row for row."""
    documents = (
        Path(file).parents[2] / "documents" / Path(file).parent.name / Path(file).name if file != STDIN else None
    )
    if documents is None or not documents.is_file():
        beside = f", and no {documents}; leave verdicts in the folder of their run" if "doc_id" in verdicts else ""
        raise ConfigError(f"{file}: no column n_words (words of each document){beside}")
    lazy = pl.scan_parquet(documents, hive_partitioning=False, glob=False)
    names = lazy.collect_schema().names()
    frame = lazy.select(name for name in dict.fromkeys(wanted) if name in names).collect()
    if "doc_id" not in verdicts.columns or not frame["doc_id"].equals(verdicts["doc_id"]):
        raise ConfigError(f"{file}: its rows do not match those of {documents}; see provenance verify")
    return frame.hstack(verdicts.drop("doc_id").get_columns())


def _read_models_digest(file: Path | str) -> str | None:
    try:
        return read_metadata(Path(file)).get(_MODELS) if file != STDIN else None
    except (OSError, pa.ArrowException):
        return None
