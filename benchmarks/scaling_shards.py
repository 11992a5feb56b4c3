"""Shards for `scaling.py`: the same pages in many shards of about equal size, as WARC and as WET."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding
from warcio.warcwriter import WARCWriter

CRAWL = "CC-MAIN-2024-51"  # the name that a run reads off the paths
Page = tuple[int, dict[str, str], bytes]
Writer = Callable[[WARCWriter, dict[str, str], bytes], None]


def split_shards(sources: Sequence[Path], folder: Path, *, pages: int, shards: int) -> list[Path]:
    """Writes the first `pages` pages of the sources, page by page in turns to each of the shards.

    Where the sources have fewer pages they begin anew, with record ids of their own.
    """
    return _write(cycle_pages(sources, pages), folder, shards, "warc.gz", _write_response)


def write_wet(sources: Sequence[Path], folder: Path, *, pages: int, shards: int) -> list[Path]:
    """The same pages as Common Crawl's WET has them: all text of a page, menus included, without its markup."""
    return _write(cycle_pages(sources, pages), folder, shards, "warc.wet.gz", _write_text)


def cycle_pages(sources: Sequence[Path], pages: int) -> Iterator[Page]:
    """Number, WARC headers and block of each page: the responses of the sources."""
    found = ((dict(record.headers), record.reader.read()) for path in sources for record in _responses(path))
    for number, (headers, block) in enumerate(islice(cycle(found), pages)):
        yield number, headers, block


def _responses(path: Path) -> Iterator[WarcRecord]:
    with path.open("rb") as stream:
        yield from ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=False)


def _write(pages: Iterable[Page], folder: Path, shards: int, ending: str, write: Writer) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{CRAWL}-{number:05}.{ending}" for number in range(shards)]
    with ExitStack() as stack:
        writers = [WARCWriter(stack.enter_context(path.open("wb")), gzip=True) for path in paths]
        for number, headers, block in pages:
            write(writers[number % shards], headers, block)
    return paths


def _write_response(writer: WARCWriter, headers: dict[str, str], block: bytes) -> None:
    record = writer.create_warc_record(
        headers["WARC-Target-URI"],
        "response",
        payload=BytesIO(block),
        length=len(block),
        warc_headers_dict={"WARC-Date": headers["WARC-Date"]},
        warc_content_type="application/http; msgtype=response",
    )
    writer.write_record(record)


def _write_text(writer: WARCWriter, headers: dict[str, str], block: bytes) -> None:
    body = block.partition(b"\r\n\r\n")[2]
    text = extract_plain_text(bytes_to_str(body, detect_encoding(body)), main_content=False).encode()
    record = writer.create_warc_record(
        headers["WARC-Target-URI"],
        "conversion",
        payload=BytesIO(text),
        length=len(text),
        warc_headers_dict={"WARC-Date": headers["WARC-Date"]},
        warc_content_type="text/plain",
    )
    writer.write_record(record)
