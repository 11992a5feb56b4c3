"""Scores measured before, looked up by a key: what `provenance judge --out` or `provenance run` left.

In memory as numpy arrays (about 75 bytes a document, the key in 64 bits of its hash), loaded once per process by path:
a forked worker shares its parent's, a spawned one loads its own. Parquet is read with pyarrow, which may fork.
"""

import functools
import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from provenance.adapters.loaders.draw import Units, number_keys
from provenance.adapters.loaders.scored import ORIGINS, UNDETERMINED, Scored, join_scored, make_scored
from provenance.errors import ConfigError

_LOG = logging.getLogger(__name__)
_KEYS = ("doc_id", "id")
_ROWS = 65_536
_FLOATS = ("ai_score", "mt_score", "ai_llr", "mt_llr")
_OPTIONAL = ("language", "n_words", *_FLOATS, "origin", "cluster_id", "kind")


@dataclass(frozen=True)
class Scores:
    """Score files: Parquet with a key and any of language, n_words, the scores and origin; or folders of runs.

    `key` is the column that tells documents apart, in the files and in the samples (`doc_id`, `id`, `content_digest`,
    ...); null: `doc_id` or `id`, whichever the first file has. Of a run's folder the verdicts are read, with what its
    documents and clusters add: cluster sizes and contrast pairs. Of rows with one key the first counts.
    """

    paths: tuple[Path, ...]
    key: str
    stamps: tuple[
        tuple[int, int], ...
    ]  # when the files were last written, and their size: what is in memory is of them

    def __init__(self, paths: Path | str | Sequence[Path | str], key: str | None = None) -> None:
        given = [paths] if isinstance(paths, str | Path) else paths
        object.__setattr__(self, "paths", tuple(map(Path, given)))
        object.__setattr__(self, "key", key or _choose_key(self.paths))
        object.__setattr__(self, "stamps", tuple(map(_stamp, self.paths)))

    def __reduce__(self) -> tuple[type["Scores"], tuple[tuple[Path, ...], str]]:
        """Pickled without the times of the files, which say nothing of their content: see `digest`."""
        return Scores, (self.paths, self.key)

    def __len__(self) -> int:
        return len(self._table().numbers)

    @property
    def all(self) -> Scored:
        """Every document with scores, once, in no order that means anything."""
        return self._table().scored

    def find(self, keys: Sequence[object]) -> tuple[NDArray[np.bool_], Scored]:
        """Which of the keys are known, and the scores of those, in order. A null key is never known."""
        table = self._table()
        numbers = number_keys(["" if key is None else key for key in keys])
        rows = np.searchsorted(table.numbers, numbers)
        rows[rows == len(table.numbers)] = 0
        known = table.numbers[rows] == numbers if len(table.numbers) else np.zeros(len(numbers), bool)
        known &= np.array([key is not None for key in keys], bool)
        return known, table.scored.take(rows[known])

    def find_row(self, key: object) -> int:
        """The row of one key in `all`, -1 where it is not known."""
        numbers = self._table().numbers
        number = number_keys([key])[0]
        row = int(numbers.searchsorted(number))
        return row if row < len(numbers) and numbers[row] == number else -1

    def digest(self) -> str:
        """A digest of the contents of the files, for caches that must not outlive them; of their times nothing."""
        return _digest(tuple((str(path), *_stamp(path)) for path in self._files()))

    def _files(self) -> list[Path]:
        return [file for path in self.paths for file in ([path] if path.is_file() else sorted(_verdicts(path)))]

    def _table(self) -> "_Table":
        return _load(self.paths, self.key, self.stamps)


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    numbers: Units  # ascending, each once
    scored: Scored


@functools.lru_cache(maxsize=4)
def _load(paths: tuple[Path, ...], key: str, stamps: object) -> _Table:
    parts = [part for path in paths for part in (_read_run(path, key) if path.is_dir() else _read_file(path, key))]
    numbers = np.concatenate([numbers for numbers, _, _ in parts]) if parts else np.zeros(0, np.uint64)
    scored = join_scored([scored for _, scored, _ in parts])
    scored = _count_clusters(scored, [clusters for _, _, clusters in parts])
    order = np.argsort(numbers, kind="stable")
    first = np.append(True, np.diff(numbers[order]) != 0) if len(order) else np.zeros(0, bool)
    if not first.all():
        _LOG.warning("%d of %d rows of scores repeat a %s; the first of each counts", (~first).sum(), len(order), key)
    return _Table(numbers[order][first], scored.take(order[first]))


_Part = tuple[Units, Scored, Units | None]


def _read_file(path: Path, key: str) -> Iterator[_Part]:
    file = _open(path)
    if key not in file.schema_arrow.names:
        raise ConfigError(f"{path}: no column {key!r} to look documents up by; say which one is the key (key=)")
    names = [name for name in _OPTIONAL if name in file.schema_arrow.names]
    if not set(names) & {*_FLOATS, "origin"}:
        raise ConfigError(f"{path}: no scores; columns of `provenance judge --out` are expected")
    for batch in file.iter_batches(_ROWS, columns=[key, *names], use_threads=False):
        yield _to_part(batch, key)


def _read_run(folder: Path, key: str) -> Iterator[_Part]:
    for verdicts in sorted(_verdicts(folder)):
        crawl, shard = verdicts.parent.name.removeprefix("crawl="), verdicts.name
        documents = folder / "documents" / verdicts.parent.name / shard
        tables = [
            _read(verdicts, [key if key == "doc_id" else "", *_FLOATS, "origin"]),
            _read(documents, ["language", "n_words", key if key != "doc_id" else ""]),
            _read(folder / "clusters" / f"{crawl}.{shard}", ["cluster_id", "kind"]),
        ]
        joined: dict[str, Any] = {}
        for table in tables:
            joined |= {name: table.column(name).combine_chunks() for name in table.column_names}
        if key not in joined:
            raise ConfigError(
                f"{documents}: no column {key!r} to look documents up by; say which one is the key (key=)"
            )
        if len({len(column) for column in joined.values()}) > 1:
            raise ConfigError(
                f"{verdicts}: verdicts, documents and clusters differ in length; `provenance verify` says more"
            )
        yield _to_part(pa.table(joined), key)


def _read(path: Path, columns: list[str]) -> pa.Table:
    file = _open(path)
    return file.read([name for name in columns if name in file.schema_arrow.names], use_threads=False)


def _open(path: Path) -> Any:
    try:
        return pq.ParquetFile(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise ConfigError(
            f"{path}: scores cannot be read ({error}); Parquet or the folder of a run is expected"
        ) from error


def _to_part(batch: Any, key: str) -> _Part:
    names = batch.schema.names
    columns: dict[str, object] = {name: _floats(batch.column(name)) for name in _FLOATS if name in names}
    if "origin" in names:
        columns["origin"] = [_CODES.get(origin, UNDETERMINED) for origin in batch.column("origin").to_pylist()]
    if "language" in names:
        columns["language"] = [language or "" for language in batch.column("language").to_pylist()]
    if "n_words" in names:
        columns["n_words"] = [-1 if count is None else count for count in batch.column("n_words").to_pylist()]
    clusters = _number_clusters(batch) if "cluster_id" in names else None
    if clusters is not None and "kind" in names:
        contrast = np.array([kind == "contrast" for kind in batch.column("kind").to_pylist()], bool)
        columns["pair"] = np.where(contrast, clusters, np.uint64(0))
    keys = batch.column(key).to_pylist()
    return (
        number_keys(["" if value is None else value for value in keys]),
        make_scored(len(keys), **columns),
        clusters,
    )


def _number_clusters(batch: Any) -> Units:
    return number_keys(batch.column("cluster_id").to_pylist())


def _count_clusters(scored: Scored, clusters: list[Units | None]) -> Scored:
    """Cluster sizes, and the pair number also on what a contrast stands beside: its cluster's other members."""
    if not clusters or any(part is None for part in clusters):
        return scored
    members = np.concatenate([part for part in clusters if part is not None])
    _, inverse, counts = np.unique(members, return_inverse=True, return_counts=True)
    paired = np.isin(members, scored.pair[scored.pair != 0])
    scored.cluster_size[:] = counts[inverse]
    scored.pair[:] = np.where(paired, members, np.uint64(0))
    return scored


def _floats(column: Any) -> NDArray[np.float64]:
    values = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return np.asarray(values.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)


def _choose_key(paths: tuple[Path, ...]) -> str:
    if not paths:
        raise ConfigError("no score files given")
    for path in paths:
        if not path.exists():
            raise ConfigError(f"{path}: no such file or folder of scores")
        if path.is_dir() and not _verdicts(path):
            raise ConfigError(f"{path}: no verdicts; the folder of a finished `provenance run` is expected")
    if paths[0].is_dir():
        return "doc_id"
    names = _open(paths[0]).schema_arrow.names
    found = [key for key in _KEYS if key in names]
    if not found:
        raise ConfigError(
            f"{paths[0]}: neither doc_id nor id among its columns {', '.join(names)}; name the key (key=)"
        )
    return found[0]


def _verdicts(folder: Path) -> list[Path]:
    return list(folder.glob("verdicts/crawl=*/*.parquet"))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        known = path.stat()
    except OSError as error:
        raise ConfigError(
            f"{path}: no such file or folder of scores ({error.strerror}); relative paths start from {Path.cwd()}"
        ) from error
    return known.st_mtime_ns, known.st_size


@functools.lru_cache(maxsize=16)
def _digest(files: tuple[tuple[str, int, int], ...]) -> str:
    total = hashlib.blake2b(digest_size=16)
    for name, _, _ in files:
        with Path(name).open("rb") as file:
            total.update(hashlib.file_digest(file, "blake2b").digest())
    return total.hexdigest()


_CODES = {origin: code for code, origin in enumerate(ORIGINS)}
