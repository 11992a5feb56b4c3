"""A finished run asked of an index: which of its documents were captured before, when and where."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from provenance import __version__
from provenance.errors import ConfigError
from provenance.jobs.seen.lookup import describe_hits
from provenance.jobs.seen.manifest import Manifest, check_options, open_index
from provenance.jobs.seen.plan import find_room
from provenance.jobs.seen.search import Found, Search
from provenance.jobs.seen.source import RunSource, open_run
from provenance.schema import SEEN
from provenance.store import Place, TableWriter

_DOCUMENT_HEIGHT = 1500  # bytes a document needs while its hits are written: its id and url, its hits, their places
_SHOWN = 5

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query came to.

    Counts of documents: all, those with the same text in the index, those without it but with a near copy, and those
    in neither; how many were seen before their own capture; by year first seen. `examples`: rows of the table `seen`.
    """

    documents: int
    exact: int
    near: int
    unseen: int
    earlier: int
    by_year: Mapping[int, int]
    examples: pl.DataFrame


def query_run(
    folder: Path, out: Place, *, table: Path | None, least_similarity: float | None, memory: int, tell: Tell
) -> Answer:
    """Asks for all documents of the finished run in `out`, and writes what is found as `table`, in order of documents.

    Raises ConfigError when there is no index or no finished run, or the run was signed otherwise; OutputError.
    """
    room = find_room(memory)
    source = open_run(out)
    beside = _make_parent(table) if table else None
    with open_index(folder) as manifest, tempfile.TemporaryDirectory(prefix="provenance-", dir=beside) as scratch:
        check_options(folder, manifest, source.run.config.dedup, str(out))
        search = Search(folder, manifest, room=room, scratch=Path(scratch), least_similarity=least_similarity)
        columns = ("exact_hash", "signature") if manifest.near else ("exact_hash",)
        tell(f"reading {sum(source.count()):,} documents")
        for shard in source.shards:
            for batch in source.read(shard, (), columns):
                search.ask(batch["exact_hash"], batch["signature"] if manifest.near else None)
        tell(f"comparing with {manifest.n_texts:,} texts")
        found = search.find()
        tell("looking up places")
        return _sum_up(found.n_documents, _Hits(folder, manifest, source, found, room).read(), table)


def _make_parent(table: Path) -> Path:
    parent = table.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"--out {table}: cannot write there: {error.strerror}") from error
    return parent


@dataclass(frozen=True, slots=True)
class _Hits:
    """The hits of all documents, as rows of the table `seen` with the number of the document, `item`."""

    folder: Path
    manifest: Manifest
    source: RunSource
    found: Found
    room: int

    def read(self) -> Iterator[pl.DataFrame]:
        start = 0
        for documents in self._portions(max(1, self.room // _DOCUMENT_HEIGHT)):
            hits = self.found.read(start, start + documents.height)
            told = describe_hits(self.folder, self.manifest, hits)
            asked = documents[(told["item"] - start).cast(pl.UInt32)]
            yield pl.concat([asked, told], how="horizontal")
            start += documents.height

    def _portions(self, n: int) -> Iterator[pl.DataFrame]:
        waiting: list[pl.DataFrame] = []
        for shard in self.source.shards:
            for batch in self.source.read(shard, ("doc_id", "url", "fetch_time"), ()):
                waiting.append(batch)
                if sum(frame.height for frame in waiting) >= n:
                    yield pl.concat(waiting)
                    waiting = []
        if waiting:
            yield pl.concat(waiting)


def _sum_up(n_documents: int, portions: Iterator[pl.DataFrame], table: Path | None) -> Answer:
    kinds: Counter[str] = Counter()
    years: Counter[int] = Counter()
    earlier = 0
    examples = SEEN.empty()
    with ExitStack() as stack:
        told = {"provenance:version": __version__, "provenance:table": SEEN.name}
        writer = stack.enter_context(TableWriter(table, SEEN.schema, told)) if table else None
        for rows in portions:
            if writer:
                writer.write(SEEN.conform(rows))
            first = rows.unique("item", keep="last", maintain_order=True)  # the near copy is the earlier one
            again = rows.height - first.height
            kinds.update(rows["seen_kind"].to_list())
            kinds["near"] -= again  # of a document that is counted as exact
            years.update(first["first_seen"].dt.year().to_list())
            earlier += int((first["first_seen"] < first["fetch_time"]).sum())
            examples = pl.concat([examples, SEEN.conform(first.head(_SHOWN - examples.height))])
    exact, near = kinds["exact"], kinds["near"]
    by_year = dict(sorted(years.items()))
    return Answer(n_documents, exact, near, n_documents - exact - near, earlier, by_year, examples)
