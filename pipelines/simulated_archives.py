"""Simulated crawls as WARC files: a gzip member per record, plain pages with a title and paragraphs.

The id of a record is made of its crawl and URL, and no clock has a part in it: the same pages give the same bytes.
"""

import html
import io
import re
import uuid
from pathlib import Path

import polars as pl
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

SENTENCES = 4  # of a paragraph
SHARDS = 2  # files of a crawl
TIME = "%Y-%m-%dT%H:%M:%SZ"
_END = re.compile(r"(?<=[.!?])\s+(?=[\"'A-ZÀ-Ý])")


def write_crawls(pages: pl.DataFrame, texts: pl.DataFrame, folder: Path) -> list[Path]:
    """A folder of shards for each crawl of `pages` (see simulated_pages.make_series); gives the folders in order."""
    told = pages.join(texts.select("key", "text"), on="key", maintain_order="left").sort("crawl", "fetch_time", "url")
    folders = []
    for (crawl,), part in told.group_by("crawl", maintain_order=True):
        place = folder / "crawl-data" / str(crawl) / "warc"
        place.mkdir(parents=True, exist_ok=True)
        for number in range(SHARDS):
            name = f"{crawl}-{number:05}.warc.gz"
            _write_shard(place / name, part.gather_every(SHARDS, number))
        folders.append(place)
    return folders


def name_record(crawl: str, url: str) -> str:
    """The WARC-Record-ID of a page, which becomes its doc_id."""
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{crawl} {url}')}>"


def render_page(text: str, language: str) -> str:
    """A text as a page: its first words are the title, every few sentences a paragraph."""
    sentences = _END.split(text)
    paragraphs = [" ".join(sentences[i : i + SENTENCES]) for i in range(0, len(sentences), SENTENCES)]
    title = html.escape(" ".join(text.split()[:8]))
    body = "\n".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body>\n<main><article>\n{body}\n</article></main>\n</body>\n</html>\n"
    )


def _write_shard(path: Path, pages: pl.DataFrame) -> None:
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
        for row in pages.iter_rows(named=True):
            _write_page(
                writer, row["crawl"], row["url"], row["fetch_time"].strftime(TIME), row["text"], row["language"]
            )


def _write_page(writer: WARCWriter, crawl: str, url: str, date: str, text: str, language: str) -> None:
    body = render_page(text, language).encode()
    headers = StatusAndHeaders(
        "200 OK",
        [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))],
        protocol="HTTP/1.1",
    )
    told = {"WARC-Record-ID": name_record(crawl, url), "WARC-Date": date}
    record = writer.create_warc_record(
        url, "response", payload=io.BytesIO(body), http_headers=headers, warc_headers_dict=told
    )
    writer.write_record(record)
