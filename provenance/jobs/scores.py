"""Scored documents from wherever they lie: files of `judge --out`, verdicts of runs, whole runs, folders, globs."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from glob import glob, has_magic
from io import BytesIO
from pathlib import Path

import polars as pl

from provenance.errors import ConfigError, ShardError
from provenance.jobs.finished import check_same_detector, judged_shards, load_finished, resolve
from provenance.jobs.folder import SavedRun
from provenance.jobs.gather import DOCUMENT_COLUMNS, SITE_SOURCES, VERDICT_COLUMNS
from provenance.jobs.saved import RUN_FILE
from provenance.jobs.scored_values import check_values, conform_values
from provenance.jobs.weights import add_weights
from provenance.stats.sites.columns import SITE_COLUMNS, add_site_columns
from provenance.store import (
    Place,
    bring_footer,
    check_answers,
    exists,
    forget_copies,
    list_files,
    parse_place,
    read_metadata,
    scan_file,
    table_path,
)

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


def read_scores(places: Sequence[str | Place], columns: Sequence[str] = ()) -> ScoredDocuments:
    """The scored documents of files, globs and folders; `columns` are read besides those that every estimate needs.

    A folder is a run, whose verdicts are read with their documents, or holds Parquet files; it may lie on object
    storage, as files may. `-` is Parquet on standard input. Documents of a run with weights have them as
    `sample_weight`.
    Raises ConfigError for what is not there, cannot be read, lacks a column, or holds no scores.
    """
    files, notes = _find_files(places)
    runs = _open_runs(files)
    derived = [name for name in SITE_COLUMNS if name in columns]
    wanted = (*KNOWN, "n_words", *columns, *(SITE_SOURCES if derived else ()))
    weighted = [run.out for run in runs if run.config.weights is not None]
    frames, digests = [], set()
    for file in files:
        told = _tell_sites(conform_values(_read(file, wanted), str(file)), derived)
        frames.append(_weigh(told, file, weighted))
        digests.add(_read_models_digest(file))
        forget_copies()
    frame = pl.concat(frames, how="diagonal_relaxed")
    if any(not isinstance(file, str) and file.parent.name == "curated" for file in files):
        notes.append("curated documents were chosen by their scores: the estimate does not hold for their crawl")
    return ScoredDocuments(frame, runs, frozenset(filter(None, digests)), (*notes, *check_values(frame)))


def _weigh(frame: pl.DataFrame, file: Place | str, weighted: Sequence[Place]) -> pl.DataFrame:
    """The documents of a weighted run's file with their weights."""
    root = next((out for out in weighted if not isinstance(file, str) and out in file.parents), None)
    return frame if root is None else add_weights(frame.lazy(), root).collect()


def _tell_sites(frame: pl.DataFrame, derived: Sequence[str]) -> pl.DataFrame:
    """The frame with the site columns that are asked for, told from its other columns where it has none of its own."""
    if not derived:
        return frame
    unwanted = {*SITE_COLUMNS, *SITE_SOURCES} - {*derived, "month"}
    return add_site_columns(frame).drop(unwanted, strict=False)


def _find_files(places: Sequence[str | Place]) -> tuple[list[Place | str], list[str]]:
    named = [file if isinstance(file, str) else resolve(file) for place in places for file in _expand(place)]
    twice = [str(file) for file, n in Counter(named).items() if n > 1]
    more = f" and {len(twice) - 1:,} more files" if len(twice) > 1 else ""
    return list(dict.fromkeys(named)), [f"named more than once, counted once: {twice[0]}{more}"] if twice else []


def _expand(place: str | Place) -> Iterator[str | Place]:
    text = str(place)
    if text == STDIN:
        yield STDIN
    elif text.startswith("s3://"):
        yield from _expand_object(_parse(text))
    elif "://" in text:
        raise ConfigError(f"{text}: scores are read from this machine or s3://; fetch the file first, or pipe it to -")
    elif (path := Path(place)).is_dir():
        yield from _list_folder(path)
    elif path.exists():
        yield path
    elif has_magic(text) and (matches := sorted(glob(text, recursive=True))):
        yield from (file for match in matches for file in _expand(match))
    else:
        raise ConfigError(f"{text}: no such file")


def _parse(text: str) -> Place:
    try:
        return parse_place(text)
    except ValueError as error:
        raise ConfigError(str(error)) from error


def _expand_object(place: Place) -> Iterator[Place]:
    check_answers(place)
    if has_magic(str(place)) and not list_files(place):
        raise ConfigError(f"{place}: names on object storage are not completed; name a file, a folder, or a run")
    if place.suffix == ".parquet" and exists(place):
        yield place
    else:
        yield from _list_folder(place)


def _list_folder(folder: Place) -> list[Place]:
    if exists(folder / RUN_FILE):
        run = load_finished(folder)
        return [table_path(folder, "verdicts", shard.crawl, shard.name) for shard in judged_shards(run)]
    files = list_files(folder, ".parquet")
    if not files:
        raise ConfigError(f"{folder}: no Parquet file in this folder")
    if any(path.parent.parent.name in ("documents", "signals") for path in files):
        raise ConfigError(f"{folder}: holds several tables; name the folder of a run (with {RUN_FILE}) or score files")
    return files


def _open_runs(files: Sequence[Place | str]) -> tuple[SavedRun, ...]:
    """The runs in whose folders the files lie."""
    roots = dict.fromkeys(file.parents[2] for file in files if not isinstance(file, str) and _is_of_run(file))
    runs = [load_finished(root) for root in roots if exists(root / RUN_FILE)]
    for other in runs[1:]:
        check_same_detector(runs[0], other)
    return tuple(runs)


def _is_of_run(file: Place) -> bool:
    """Whether it is called as the verdicts of a shard are."""
    return len(file.parents) > 2 and file.parents[1].name == "verdicts"


def _read(file: Place | str, wanted: Sequence[str]) -> pl.DataFrame:
    try:
        lazy, names = _open(file)
        missing = [name for name in REQUIRED if name not in names]
        if missing:
            raise ConfigError(
                f"{file}: no column {', '.join(missing)}; give files of `provenance judge --out`, verdicts or a run"
            )
        frame = lazy(name for name in dict.fromkeys(wanted) if name in names)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ConfigError(f"{file}: cannot be read as Parquet: {error}") from error
    return frame if "n_words" in names else _add_documents(file, frame, wanted)


def _open(file: Place | str) -> tuple[Callable[[Iterable[str]], pl.DataFrame], Sequence[str]]:
    """What reads columns of a Parquet file, and the names that it has."""
    if isinstance(file, str):
        piped = pl.scan_parquet(BytesIO(sys.stdin.buffer.read()), hive_partitioning=False, glob=False)
        return lambda chosen: piped.select(chosen).collect(), piped.collect_schema().names()
    names = list(pl.read_parquet_schema(bring_footer(file)))
    return lambda chosen: scan_file(file, tuple(chosen)).collect(), names


def _add_documents(file: Place | str, verdicts: pl.DataFrame, wanted: Sequence[str]) -> pl.DataFrame:
    """Verdicts of a run with the columns of their documents, which lie beside them row for row."""
    documents = None if isinstance(file, str) else file.parents[2] / "documents" / file.parent.name / file.name
    if documents is None or not exists(documents):
        beside = f", and no {documents}; leave verdicts in the folder of their run" if "doc_id" in verdicts else ""
        raise ConfigError(f"{file}: no column n_words (words of each document){beside}")
    read, names = _open(documents)
    frame = read(name for name in dict.fromkeys(wanted) if name in names)
    if "doc_id" not in verdicts.columns or not frame["doc_id"].equals(verdicts["doc_id"]):
        raise ConfigError(f"{file}: its rows do not match those of {documents}; see provenance verify")
    return frame.hstack(verdicts.drop("doc_id").get_columns())


def _read_models_digest(file: Place | str) -> str | None:
    try:
        return None if isinstance(file, str) else read_metadata(file).get(_MODELS)
    except (OSError, ShardError):
        return None
