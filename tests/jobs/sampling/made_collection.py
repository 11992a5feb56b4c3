"""A collection as Common Crawl lays it, in small: archives, and the columnar index of their records."""

from pathlib import Path

import polars as pl

from provenance.archive import ArchiveReader, Record
from tests.archive.made_archives import HTML, gzipped, page, warc_record
from tests.jobs.sampling.made_index import NAMES, SCHEMA

CRAWL = "CC-MAIN-2024-10"
ARCHIVES, RECORDS = 4, 12


def write_collection(root: Path) -> Path:
    """Writes archives of pages of 16 hosts, and the index that names them, below `root`."""
    rows = []
    for number in range(ARCHIVES):
        name = f"crawl-data/{CRAWL}/segments/1/warc/{number}.warc.gz"
        urls = [f"http://host{(number * 5 + each) % 16}.example/{number}/{each}" for each in range(RECORDS)]
        made = [warc_record("response", url, page(each), http={"Content-Type": HTML}) for each, url in enumerate(urls)]
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(gzipped(*made))
        rows += [index_row(name, item) for item in ArchiveReader(root / name) if isinstance(item, Record)]
    index = root / f"cc-index/table/cc-main/warc/crawl={CRAWL}/subset=warc/part-0.parquet"
    index.parent.mkdir(parents=True)
    absent = {name: pl.lit(None) for name in NAMES if name not in rows[0]}
    frame = pl.DataFrame(rows).with_columns(**absent).select(NAMES)
    pl.from_arrow(frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(SCHEMA)).write_parquet(index)  # type: ignore[union-attr]
    return root


def index_row(name: str, record: Record) -> dict[str, object]:
    host = record.url.split("/")[2]
    place = {"warc_filename": name, "warc_record_offset": record.offset, "warc_record_length": record.length}
    facts = {"fetch_time": record.fetch_time, "fetch_status": 200, "content_mime_detected": "text/html"}
    return {"url": record.url, "url_host_name": host, "url_host_tld": "example", **facts, **place,
            "content_languages": "eng" if int(host[4:-8]) % 2 else "deu"}  # fmt: skip
