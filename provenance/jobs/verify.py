"""Checks a finished run against itself and against its archives: nothing lost, nothing shifted, nothing changed."""

import base64
import hashlib
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

import polars as pl

from provenance.archive import Record, read_record_at
from provenance.errors import RecordError, ShardError
from provenance.extract import extract_batches
from provenance.jobs.folder import SavedRun, load_saved_run
from provenance.jobs.plan import Shard
from provenance.jobs.read import load_instruments
from provenance.run import Ledger, Receipt
from provenance.store import SHARD_TABLES, count_rows, find_misaligned, read_metadata, read_table, table_path

_LOCATION = ("doc_id", "text", "url", "warc_record_offset", "warc_record_length")


@dataclass(slots=True)
class Verification:
    """How many of each thing were checked, and every problem found, in words."""

    checked: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def expect(self, what: str, found: object, expected: object) -> None:
        """Counts a check, and notes a problem when two values differ."""
        self.checked["checks"] += 1
        if found != expected:
            self.problems.append(f"{what}: {found} instead of {expected}")


def verify_run(out: Path, *, n_sample: int, seed: int) -> Verification:
    """Checks counts, row alignment, table digests, and `n_sample` documents read again from their archives.

    Raises ConfigError when the folder holds no finished run.
    """
    run = load_saved_run(out)
    result = Verification()
    receipts = {(r.task.crawl, r.task.shard): r for r in Ledger(out / "ledger.jsonl").receipts("read") if r.done}
    done = [shard for shard in run.shards if (shard.crawl, shard.name) in receipts]
    for shard in done:
        _check_shard(run, shard, receipts[shard.crawl, shard.name], result)
    _check_totals(run, receipts.values(), done, result)
    _check_sample(run, done, n_sample, random.Random(seed), result)
    return result


def _check_shard(run: SavedRun, shard: Shard, receipt: Receipt, result: Verification) -> None:
    result.checked["shards"] += 1
    counts, where = receipt.counts, f"shard {shard.crawl}/{shard.name}"
    result.expect(f"{where}: documents + rejects", counts["documents"] + counts["rejects"], counts["records"])
    result.expect(f"{where}: rejects by reason", sum(receipt.rejects.values()), counts["rejects"])
    for table in ("documents", "rejects"):
        path = table_path(run.out, table, shard.crawl, shard.name)
        result.expect(f"{path}: rows", count_rows(path) if path.exists() else None, counts[table])
    result.problems += find_misaligned(run.out, shard.crawl, shard.name)
    for table in (*SHARD_TABLES, "rejects", "curated"):
        _check_identity(run, table, shard, result)
    _check_curated(run, shard, result)


def _check_identity(run: SavedRun, table: str, shard: Shard, result: Verification) -> None:
    path = table_path(run.out, table, shard.crawl, shard.name)
    if not path.exists():
        result.problems.append(f"{path}: missing")
        return
    metadata = read_metadata(path)
    for name, value in run.identity.items():
        result.expect(f"{path}: {name}", metadata.get(f"provenance:{name}"), value)


def _check_curated(run: SavedRun, shard: Shard, result: Verification) -> None:
    decisions = read_table(table_path(run.out, "decisions", shard.crawl, shard.name))
    curated = read_table(table_path(run.out, "curated", shard.crawl, shard.name), ["doc_id"])
    kept = decisions.filter("kept").select("doc_id")
    result.expect(f"shard {shard.crawl}/{shard.name}: curated documents are those kept", curated.equals(kept), True)
    without = decisions.filter(~pl.col("kept") & pl.col("reason").is_null()).height
    result.expect(f"shard {shard.crawl}/{shard.name}: documents left out without a reason", without, 0)


def _check_totals(run: SavedRun, receipts: Iterable[Receipt], shards: Sequence[Shard], result: Verification) -> None:
    added: Counter[str] = Counter()
    for receipt in receipts:
        added.update(receipt.counts)
    for name in ("records", "documents", "rejects"):
        result.expect(f"run.json: {name}", run.totals[name], added[name])
    curated = sum(count_rows(table_path(run.out, "curated", shard.crawl, shard.name)) for shard in shards)
    result.expect("run.json: curated", run.totals["curated"], curated)
    result.expect("run.json: curated + left out", curated + run.totals["left_out"], run.totals["documents"])


def _check_sample(
    run: SavedRun, shards: Sequence[Shard], n_sample: int, chance: random.Random, result: Verification
) -> None:
    """Documents drawn evenly over all shards, read again by file, offset and length."""
    paths = [table_path(run.out, "documents", shard.crawl, shard.name) for shard in shards]
    ends = list(accumulate(map(count_rows, paths)))
    total = ends[-1] if ends else 0
    chosen = sorted(chance.sample(range(total), min(n_sample, total)))
    for shard, path, start, end in zip(shards, paths, [0, *ends], ends, strict=False):
        rows = [row - start for row in chosen if start <= row < end]
        if rows:
            for document in read_table(path, _LOCATION)[rows].iter_rows(named=True):
                _reread(run, shard, document, result)


def _reread(run: SavedRun, shard: Shard, document: Mapping[str, str | int | None], result: Verification) -> None:
    where = f"{shard.place} at {document['warc_record_offset']}: document {document['doc_id']}"
    offset, shared = document["warc_record_offset"], document["warc_record_length"] is None
    if not isinstance(offset, int):
        result.checked["documents without a place"] += 1
        return
    try:
        record_id = str(document["doc_id"]) if shared else None
        record = read_record_at(Path(shard.place), offset, run.config.archive, record_id=record_id)
    except ShardError as error:
        result.problems.append(f"{where}: {error}")
        return
    if isinstance(record, RecordError):
        result.problems.append(f"{where}: {record}")
        return
    _check_digest(record, result)
    batches = extract_batches(
        [record],
        run.config.extract,
        crawl=shard.crawl,
        warc_filename=shard.warc_filename,
        identify=load_instruments(run.config.models).identify,
    )
    again = next(iter(batches)).documents
    result.checked["documents read again"] += 1
    text = again["text"][0] if again.height else None
    result.expect(f"{where}: text read again is the same", text == document["text"], True)


def _check_digest(record: Record, result: Verification) -> None:
    """Counts how the archive's own payload digest compares with the body that was read.

    A digest is of the body as stored (ISO 28500, 5.9), ours is decoded, whatever its headers say: where they differ
    the archive need not be wrong, so it is counted and is no problem of the run.
    """
    algorithm, _, written = (record.content_digest or "").partition(":")
    if algorithm.lower() != "sha1" or record.content_truncated:
        result.checked["payload digests that cannot be checked"] += 1
        return
    found = hashlib.sha1(record.payload, usedforsecurity=False).digest()
    equal = written.strip().upper() == base64.b32encode(found).decode() or written.strip().lower() == found.hex()
    result.checked["payload digests that match" if equal else "payload digests of other bytes"] += 1
