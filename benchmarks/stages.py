"""Every stage alone, in one process, on the pages of a folder of shards; prints one line of JSON."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import polars as pl
from cost import Cost, measure

from provenance.archive import ArchiveReader, ReadOptions, Record
from provenance.dedup import DedupOptions, find_clusters, sign_batch
from provenance.errors import RecordError
from provenance.extract import ExtractedBatch, ExtractOptions, LanguageIdentifier, extract_batches
from provenance.models import find_model, load_models
from provenance.models.calibration import load_calibration
from provenance.parallel import sign_pages
from provenance.signals import load_signals, measure_signals
from provenance.store import write_table
from provenance.verdict import judge_batch

Items = list[Record | RecordError]


class NoLanguage:
    """Stands in for the identifier, so that extraction is measured alone."""

    def identify(self, texts: pl.Series) -> pl.DataFrame:
        return pl.DataFrame(
            {"language": [None] * len(texts), "language_score": [None] * len(texts)},
            schema={"language": pl.String, "language_score": pl.Float64},
        )


def read(shards: list[Path]) -> Items:
    return [item for shard in shards for item in ArchiveReader(shard, ReadOptions())]


def extract(items: Items) -> list[ExtractedBatch]:
    return list(extract_batches(items, ExtractOptions(), crawl="bench", warc_filename="bench", identify=NoLanguage()))


def measure_stages(shards: list[Path], repeats: int) -> dict[str, Cost]:
    """Costs by stage, in the order of the flow."""
    models = load_models()
    identifier = LanguageIdentifier.load(find_model(models, "language_identifier").path)
    signals, calibration, options = load_signals(models), load_calibration(None), DedupOptions()
    costs: dict[str, Cost] = {}

    def time_stage(name, work):  # the result of the last try, its cost noted
        result, costs[name] = measure(work, repeats=repeats)
        return result

    items = time_stage("read", lambda: read(shards))
    extract(items[:50])
    batches = time_stage("extract", lambda: extract(items))
    items.clear()
    told = time_stage("language", lambda: [identifier.identify(batch.documents["text"]) for batch in batches])
    documents = [batch.documents.with_columns(found.get_columns()) for batch, found in zip(batches, told, strict=True)]
    outlines = [batch.outline for batch in batches]
    time_stage("anchors", lambda: list(map(sign_pages, documents, outlines)))
    sign_batch(documents[0].head(5), options)
    signatures = time_stage("sign", lambda: [sign_batch(batch, options) for batch in documents])
    for signal in signals:
        name = f"signal {type(signal).__name__}"
        signal.measure(documents[0].head(5))
        time_stage(name, lambda signal=signal: [signal.measure(batch) for batch in documents])
    measured = [measure_signals(batch, signals) for batch in documents]
    clusters = time_stage("cluster", lambda: find_clusters(_beside(signatures, documents), options))
    pairs = list(zip(documents, measured, strict=True))
    verdicts = time_stage(
        "verdict", lambda: [judge_batch(batch, found, calibration, first_seen=None) for batch, found in pairs]
    )
    tables = {"documents": documents, "signals": measured, "signatures": signatures, "verdicts": verdicts}
    time_stage("write", lambda: _write(tables, clusters))
    return costs


def _beside(signatures: list[pl.DataFrame], documents: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(signatures).hstack(pl.concat(documents).select("fetch_time"))


def _write(tables: dict[str, list[pl.DataFrame]], clusters: pl.DataFrame) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, frames in {**tables, "clusters": [clusters]}.items():
            write_table(Path(folder) / f"{name}.parquet", pl.concat(frames), {})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shards", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    shards = sorted(arguments.shards.glob("*.warc.gz"))
    pages = [item for item in read(shards) if isinstance(item, Record)]
    facts = {
        "shards": len(shards),
        "pages": len(pages),
        "stored_mb": round(sum(shard.stat().st_size for shard in shards) / 1e6, 1),
        "html_mb": round(sum(len(page.payload) for page in pages) / 1e6, 1),
    }
    n = len(pages)
    del pages
    costs = measure_stages(shards, arguments.repeats)
    stages = {name: cost.rate(n) for name, cost in costs.items()}
    json.dump({"input": facts, "repeats": arguments.repeats, "stages": stages}, sys.stdout)


if __name__ == "__main__":
    main()
