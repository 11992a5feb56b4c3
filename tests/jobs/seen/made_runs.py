"""Finished runs of made texts, as `provenance run` leaves them."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from provenance.dedup import DedupOptions, sign_batch
from provenance.jobs.saved import describe_run, plain_shards, write_saved
from provenance.jobs.settings import RunConfig, identify_run
from provenance.jobs.sources.plan import Shard
from provenance.models import load_models
from provenance.run import Ledger, Receipt, Task
from provenance.store import table_path, write_table

TIME = pl.Datetime("us", "UTC")
DAY_2019 = datetime(2019, 7, 16, 10, 20, 30, 123456, tzinfo=UTC)
DAY_2024 = datetime(2024, 8, 3, tzinfo=UTC)


def make_text(number: int, n_words: int = 60) -> str:
    chance = random.Random(number)
    return " ".join(f"w{chance.randrange(5000)}" for _ in range(n_words))


def edit_text(text: str, share: float, seed: int = 1) -> str:
    """The text with words replaced, here and there."""
    chance, words = random.Random(seed), text.split()
    for place in chance.sample(range(len(words)), round(share * len(words))):
        words[place] = f"other{chance.randrange(10**6)}"
    return " ".join(words)


def write_run(
    out: Path,
    texts: Sequence[str],
    times: Sequence[datetime | None] | datetime,
    *,
    crawl: str = "CC-MAIN-2019-30",
    options: DedupOptions | None = None,
    n_shards: int = 2,
    finished: bool = True,
) -> Path:
    """A run of those texts; document i is at https://crawl.example/i, at byte 1000 i of its archive."""
    config = RunConfig(dedup=options or DedupOptions())
    captured = [times] * len(texts) if isinstance(times, datetime) else list(times)
    frame = documents_of(crawl, texts, captured)
    ledger_at = out / "ledger.jsonl"
    out.mkdir(parents=True)
    ledger, shards, start = Ledger(ledger_at), [], 0
    for number in range(n_shards):
        size = len(texts) // n_shards if number + 1 < n_shards else len(texts) - start
        shard = Shard(crawl, f"shard-{number}", f"/archives/{number}.warc.gz", 1)
        part = frame.slice(start, size)
        write_table(table_path(out, "documents", crawl, shard.name), part, {})
        write_table(table_path(out, "signatures", crawl, shard.name), sign_batch(part, config.dedup), {})
        ledger.append(Receipt(Task("read", crawl, shard.name, shard.place, 1, "")))
        shards.append(shard)
        start += size
    saved = describe_run(config, identify_run(config, load_models(None)))
    totals = {"documents": len(texts)} if finished else None
    write_saved(out / "run.json", {**saved, "shards": plain_shards(shards), "totals": totals})
    return out


def documents_of(crawl: str, texts: Sequence[str], times: Sequence[datetime | None]) -> pl.DataFrame:
    index = range(len(texts))
    return pl.DataFrame(
        {
            "doc_id": [f"<urn:{crawl}:{i}>" for i in index],
            "url": [f"https://{crawl.lower()}.example/{i}" for i in index],
            "crawl": [crawl] * len(texts),
            "fetch_time": pl.Series(times, dtype=TIME),
            "text": pl.Series(texts, dtype=pl.String),
            "warc_filename": [f"crawl-data/{crawl}/{i % 3}.warc.gz" for i in index],
            "warc_record_offset": pl.Series([1000 * i for i in index], dtype=pl.Int64),
        }
    )
