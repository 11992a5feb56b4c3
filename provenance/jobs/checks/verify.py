"""Checks a finished run against itself and against its archives: nothing lost, nothing shifted, nothing changed."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path

import polars as pl

from provenance.archive import ReadOptions, Record, read_records
from provenance.errors import Reason, ShardError
from provenance.jobs.checks.reread import LOCATION, ShardReader
from provenance.jobs.checks.verification import Verification
from provenance.jobs.folder import SavedRun, load_saved_run
from provenance.jobs.sources.places import is_file
from provenance.jobs.sources.plan import Shard
from provenance.run import Ledger, Receipt
from provenance.stats import counted_documents
from provenance.store import (
    SHARD_TABLES,
    Place,
    bring,
    count_rows,
    find_damaged,
    find_misaligned,
    forget_copies,
    read_metadata,
    read_rows,
    read_table,
    table_path,
    warc_path,
)

_TABLES = (*SHARD_TABLES, "rejects", "markup", "curated", "wordings")
_COUNTED_FROM = {
    "wordings": ["word", "n_documents"],
    "documents": ["doc_id", "url_host_name", "fetch_time", "language", "n_words"],
    "clusters": ["representative"],
}


def verify_run(out: Place, *, n_sample: int, seed: int) -> Verification:
    """Checks counts, row alignment, table digests, and `n_sample` documents read again from their archives.

    The run may lie on object storage: of each shard is fetched what is checked of it, and let go. Raises ConfigError
    when the folder holds no finished run.
    """
    run = load_saved_run(out)
    result = Verification()
    receipts = {(r.task.crawl, r.task.shard): r for r in Ledger(out / "ledger.jsonl").receipts("read") if r.done}
    done = [shard for shard in run.shards if (shard.crawl, shard.name) in receipts]
    whole = [shard for shard in done if _check_shard(run, shard, receipts[shard.crawl, shard.name], result)]
    _check_totals(run, receipts.values(), result)
    if len(whole) == len(done):
        _check_curated_total(run, whole, result)
    _check_kept_records(run, whole, result)
    _check_sample(run, whole, n_sample, random.Random(seed), result)
    return result


def _check_shard(run: SavedRun, shard: Shard, receipt: Receipt, result: Verification) -> bool:
    """Checks a shard; false where a table of it cannot be read."""
    result.checked["shards"] += 1
    _check_receipt(shard, receipt, result)
    try:
        missing = [damage for table in _TABLES if (damage := find_damaged([_locate(run, table, shard)]))]
        result.problems += map(str, missing)
        if not missing:
            _check_tables(run, shard, receipt, result)
        return not missing
    except ShardError as error:
        result.problems.append(str(error))
        return False
    finally:
        forget_copies()


def _check_receipt(shard: Shard, receipt: Receipt, result: Verification) -> None:
    counts, where = receipt.counts, f"shard {shard.crawl}/{shard.name}"
    result.expect(f"{where}: documents + rejects", counts["documents"] + counts["rejects"], counts["records"])
    result.expect(f"{where}: rejects by reason", sum(receipt.rejects.values()), counts["rejects"])
    _check_bytes(shard, receipt, result)


def _check_tables(run: SavedRun, shard: Shard, receipt: Receipt, result: Verification) -> None:
    rows = {"documents": receipt.counts["documents"], "rejects": receipt.counts["rejects"]}
    rows["markup"] = receipt.rejects.get(Reason.PAGE_FACTS, 0)
    for table, expected in rows.items():
        path = _locate(run, table, shard)
        result.expect(f"{path}: rows", count_rows(path), expected)
    result.problems += find_misaligned(run.out, shard.crawl, shard.name)
    for table in _TABLES:
        _check_identity(run, table, shard, result)
    _check_curated(run, shard, result)
    _check_wordings(run, shard, result)


def _locate(run: SavedRun, table: str, shard: Shard) -> Place:
    return table_path(run.out, table, shard.crawl, shard.name)


def _check_bytes(shard: Shard, receipt: Receipt, result: Verification) -> None:
    """Every byte of the archive was read into a record or skipped, as far as its size is known."""
    counts, where = receipt.counts, f"shard {shard.crawl}/{shard.name}"
    if is_file(shard.place) or shard.size:
        result.expect(f"{where}: bytes read + skipped", counts["bytes_read"] + counts["bytes_skipped"], shard.size)
    if not receipt.skipped_more:
        listed = sum(length for _, length, _ in receipt.skipped)
        result.expect(f"{where}: bytes of the stretches skipped", listed, counts["bytes_skipped"])
    if is_file(shard.place):
        path = Path(shard.place)
        if path.exists():
            result.expect(f"{path}: size of the archive", path.stat().st_size, shard.size)
        else:
            result.checked["archives that are not there any more"] += 1


def _check_kept_records(run: SavedRun, done: Sequence[Shard], result: Verification) -> None:
    """Every document kept has its record in the WARC beside, or is counted as missing there."""
    if not run.config.write_warc:
        return
    receipts = {(r.task.crawl, r.task.shard): r.counts for r in Ledger(run.out / "ledger.jsonl").receipts("judge")}
    for shard in done:
        counts, path = receipts[shard.crawl, shard.name], warc_path(run.out, shard.crawl, shard.name)
        result.expect(f"{path}: records + missing", counts["warc_records"] + counts["warc_missing"], counts["curated"])
        result.expect(f"{path}: records", _count_captures(path, run.config.archive), counts["warc_records"])


def _count_captures(path: Place, options: ReadOptions) -> int | str:
    """How many captures an archive holds, or why it cannot be read; 0 where it has none."""
    try:
        return sum(isinstance(item, Record) for item in read_records(bring(path), options))
    except FileNotFoundError:
        return "no such file"
    except ShardError as error:
        return error.reason
    finally:
        forget_copies([path])


def _check_identity(run: SavedRun, table: str, shard: Shard, result: Verification) -> None:
    path = _locate(run, table, shard)
    metadata = read_metadata(path)
    for name, value in run.identity.items():
        result.expect(f"{path}: {name}", metadata.get(f"provenance:{name}"), value)


def _check_curated(run: SavedRun, shard: Shard, result: Verification) -> None:
    decisions = read_table(_locate(run, "decisions", shard))
    curated = read_table(_locate(run, "curated", shard), ["doc_id"])
    kept = decisions.filter("kept").select("doc_id")
    result.expect(f"shard {shard.crawl}/{shard.name}: curated documents are those kept", curated.equals(kept), True)
    without = decisions.filter(~pl.col("kept") & pl.col("reason").is_null()).height
    result.expect(f"shard {shard.crawl}/{shard.name}: documents left out without a reason", without, 0)


def _check_wordings(run: SavedRun, shard: Shard, result: Verification) -> None:
    """As many documents are counted by word as should be."""
    tables = ((table, _locate(run, table, shard)) for table in _COUNTED_FROM)
    wordings, documents, clusters = (read_table(path, _COUNTED_FROM[table]) for table, path in tables)
    counted = wordings.filter(pl.col("word").is_null())["n_documents"].sum()
    expected = counted_documents(documents, clusters).height
    result.expect(f"shard {shard.crawl}/{shard.name}: documents counted by word", counted, expected)


def _check_totals(run: SavedRun, receipts: Iterable[Receipt], result: Verification) -> None:
    added: Counter[str] = Counter()
    for receipt in receipts:
        added.update(receipt.counts)
    for name in ("records", "documents", "rejects"):
        result.expect(f"run.json: {name}", run.totals[name], added[name])


def _check_curated_total(run: SavedRun, shards: Sequence[Shard], result: Verification) -> None:
    curated = sum(count_rows(_locate(run, "curated", shard)) for shard in shards)
    result.expect("run.json: curated", run.totals["curated"], curated)
    result.expect("run.json: curated + left out", curated + run.totals["left_out"], run.totals["documents"])


def _check_sample(
    run: SavedRun, shards: Sequence[Shard], n_sample: int, chance: random.Random, result: Verification
) -> None:
    """Documents drawn evenly over all shards, read again by file, offset and length."""
    paths = [_locate(run, "documents", shard) for shard in shards]
    ends = list(accumulate(map(count_rows, paths)))
    total = ends[-1] if ends else 0
    chosen = sorted(chance.sample(range(total), min(n_sample, total)))
    for shard, path, start, end in zip(shards, paths, [0, *ends], ends, strict=False):
        rows = [row - start for row in chosen if start <= row < end]
        if rows:
            try:
                documents = read_rows(path, rows, LOCATION)
            except ShardError as error:
                result.problems.append(str(error))
                continue
            ShardReader(run.config, shard).compare(documents, result)
        forget_copies()
