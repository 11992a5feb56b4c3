"""Reading archives alone: our reader beside FastWARC and warcio on the same shards; prints one line of JSON.

The readers take turns in one process, so that a busy minute falls on all of them; the ratio is of one turn, the median
over all turns. Peak memory is that of a fresh process for each reader and file.
"""

import argparse
import json
import statistics
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from cost import run_measured

TURNS = 7
PAGE_MB = 431  # a page that a crawl really had, 1.9 MB as stored
OURS, REFERENCE = "provenance", "FastWARC"


def read_ours(path: Path) -> Iterator[bytes]:
    from provenance.archive import ArchiveReader, Record

    for item in ArchiveReader(path):
        yield item.payload if isinstance(item, Record) else b""


def read_fastwarc(path: Path) -> Iterator[bytes]:
    from fastwarc.warc import ArchiveIterator

    for record in ArchiveIterator(str(path), parse_http=True):
        yield record.reader.read()


def read_warcio(path: Path) -> Iterator[bytes]:
    from warcio.archiveiterator import ArchiveIterator

    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            yield record.content_stream().read()


READERS: dict[str, Callable[[Path], Iterator[bytes]]] = {
    OURS: read_ours,
    REFERENCE: read_fastwarc,
    "warcio": read_warcio,
}


def read_all(name: str, paths: Iterable[Path]) -> tuple[int, int]:
    """Records read, and bytes of their payloads."""
    records = size = 0
    for path in paths:
        for payload in READERS[name](path):
            records += 1
            size += len(payload)
    return records, size


def measure_speed(paths: list[Path]) -> dict[str, dict[str, float]]:
    """Rates of each reader by its best and its median turn, and its share of the reference's rate."""
    times: dict[str, list[float]] = {name: [] for name in READERS}
    found = {name: read_all(name, paths) for name in READERS}
    for _ in range(TURNS):
        for name in READERS:
            started = time.process_time()
            read_all(name, paths)
            times[name].append(time.process_time() - started)
    return {name: _rates(*found[name], seconds, times[REFERENCE]) for name, seconds in times.items()}


def _rates(records: int, size: int, seconds: list[float], reference: list[float]) -> dict[str, float]:
    median = statistics.median(seconds)
    turns = [theirs / ours for ours, theirs in zip(seconds, reference, strict=True)]
    return {
        "records": records,
        "payload_mb": round(size / 1e6, 1),
        "records_per_second": round(records / median),
        "records_per_second_best": round(records / min(seconds)),
        "mb_per_second": round(size / 1e6 / median),
        "of_fastwarc": round(statistics.median(turns), 3),
        "of_fastwarc_best": round(min(reference) / min(seconds), 3),
    }


def measure_memory(shard: Path, work: Path) -> dict[str, dict[str, int]]:
    """Peak MB of a fresh process by reader and kind of file."""
    files = {"shard": shard, "page": make_page(work / "page.warc.gz")}
    files["encoded_page"] = make_page(work / "encoded.warc.gz", encoded=True)
    alone = [sys.executable, __file__, "--alone"]
    return {
        name: {kind: round(run_measured([*alone, name, path]).peak_mb or 0) for kind, path in files.items()}
        for name in READERS
    }


def make_page(path: Path, *, encoded: bool = False) -> Path:
    """A WARC of one page of 431 MB in about 2 MB; `encoded`: its body is gzip already."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
    if encoded:
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        body = b"".join([*map(packer.compress, _pieces()), packer.flush()])
        parts, size = iter([body]), len(body)
        head += b"Content-Encoding: gzip\r\n"
    else:
        parts, size = _pieces(), PAGE_MB * 1_000_000
    head += b"\r\n"
    fields = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000000>\r\n"
        b"WARC-Date: 2024-01-01T00:00:00Z\r\nWARC-Target-URI: http://e.example/\r\n"
        b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n" % (len(head) + size)
    )
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    with path.open("wb") as file:
        for part in chain((fields, head), parts, (b"\r\n\r\n",)):
            file.write(packer.compress(part))
        file.write(packer.flush())
    return path


def _pieces() -> Iterator[bytes]:
    """Ten thousand bytes at a time: some numbers, and the same words over and over."""
    for number in range(PAGE_MB * 100):
        yield (b"<p>%d, %d</p>" % (number, number**5) + b"<p>the same words again</p>" * 400)[:10_000]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shards", type=Path)
    parser.add_argument("work", type=Path, nargs="?", help="folder for the files that are made")
    parser.add_argument("--alone", choices=READERS, help="read one file with this reader and measure nothing")
    arguments = parser.parse_args()
    if arguments.alone:
        read_all(arguments.alone, [arguments.shards])
        return
    paths = sorted(arguments.shards.glob("*.warc.gz"))
    arguments.work.mkdir(parents=True, exist_ok=True)
    memory = measure_memory(paths[0], arguments.work)  # first: a process starts with the peak of the one it came from
    speed = measure_speed(paths)
    json.dump({"turns": TURNS, "page_mb": PAGE_MB, "speed": speed, "peak_mb": memory}, sys.stdout)


if __name__ == "__main__":
    main()
