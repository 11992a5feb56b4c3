"""Two crawls of real pages with known re-captures, through the commands: what the first-seen index finds of them.

The earlier crawl has the pages of the given archives; the later one has some of them again as they were, some with a
share of the words of their paragraphs replaced (here and there, or all at one place), and pages that are new. The
recall of edited pages stands beside what the banding's S-curve and the error of the sketches let expect of pairs of
their true similarity. Prints the figures as JSON, and writes them to --out.
"""

import argparse
import io
import json
import math
import random
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from benchmarks.cost import describe_machine
from provenance.archive import ArchiveReader, Record
from provenance.dedup import DedupOptions
from provenance.store import scan_table
from provenance.text.shingles import hash_shingles

COMMAND = [sys.executable, "-c", "from provenance.cli import main; main()"]
EARLIER, LATER = "CC-MAIN-2019-30", "CC-MAIN-2024-33"
STARTS = {EARLIER: datetime(2019, 7, 15, tzinfo=UTC), LATER: datetime(2024, 8, 3, tzinfo=UTC)}
SHARES = (0.05, 0.10, 0.20)
N_EXACT, N_EDITED, N_NEW = 300, 90, 100  # edited: of each share and way
_PARAGRAPH = re.compile(rb"(?is)<p\b[^>]*>(.*?)</p>")
_WORD = re.compile(rb"(?s)<[^>]*>|&\w+;|([A-Za-z\x80-\xff]{2,})")

Page = tuple[str, bytes]
Edit = Callable[[Sequence[tuple[int, int]], float, random.Random], set[int]]


def read_pages(archives: Sequence[Path]) -> list[Page]:
    """URL and body of every response; of several of a URL the first."""
    pages: dict[str, bytes] = {}
    for archive in archives:
        for record in ArchiveReader(archive):
            if isinstance(record, Record) and record.record_type == "response":
                pages.setdefault(record.url, record.payload)
    return list(pages.items())


def write_crawl(folder: Path, crawl: str, pages: Sequence[Page]) -> Path:
    """One archive of pages captured a minute after one another, at the path it would have in a crawl."""
    path = folder / "crawl-data" / crawl / "segments" / "0" / "warc" / f"{crawl}-00000.warc.gz"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number, (url, body) in enumerate(pages):
            when = STARTS[crawl] + timedelta(minutes=number)
            http = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            headers = {"WARC-Date": f"{when:%Y-%m-%dT%H:%M:%SZ}"}
            given = {"http_headers": http, "warc_headers_dict": headers}
            made = writer.create_warc_record(url, "response", io.BytesIO(body), **given)
            writer.write_record(made)
    return path


def scatter(words: Sequence[tuple[int, int]], share: float, chance: random.Random) -> set[int]:
    return set(chance.sample(range(len(words)), round(share * len(words))))


def together(words: Sequence[tuple[int, int]], share: float, chance: random.Random) -> set[int]:
    n = round(share * len(words))
    start = chance.randrange(len(words) - n + 1)
    return set(range(start, start + n))


def edit_page(body: bytes, share: float, edit: Edit, chance: random.Random) -> bytes:
    """The page with a share of the words of its paragraphs replaced by made ones."""
    words = [
        (paragraph.start(1) + word.start(1), paragraph.start(1) + word.end(1))
        for paragraph in _PARAGRAPH.finditer(body)
        for word in _WORD.finditer(paragraph[1])
        if word[1]
    ]
    chosen, parts, last = edit(words, share, chance), [], 0
    for place in sorted(chosen):
        start, end = words[place]
        parts += [body[last:start], b"zz" + str(chance.randrange(10**6)).encode()]
        last = end
    return b"".join([*parts, body[last:]])


def count_words(body: bytes) -> int:
    return sum(bool(word[1]) for paragraph in _PARAGRAPH.finditer(body) for word in _WORD.finditer(paragraph[1]))


def plan_crawls(pages: list[Page]) -> tuple[list[Page], list[Page], dict[str, str]]:
    """The pages of both crawls, and what was done to each URL of the later one."""
    chance = random.Random(5)
    chance.shuffle(pages)
    long = [page for page in pages if count_words(page[1]) >= 150]
    edited = long[: len(SHARES) * 2 * N_EDITED]
    names = {url for url, _ in edited}
    rest = [page for page in pages if page[0] not in names]
    exact, new, others = rest[:N_EXACT], rest[N_EXACT : N_EXACT + N_NEW], rest[N_EXACT + N_NEW :]
    told = {url: "exact" for url, _ in exact} | {url: "new" for url, _ in new}
    later = [*exact, *new]
    ways: list[tuple[str, float, Edit]] = [
        (f"{name} {share:.0%}", share, edit)
        for name, edit in (("scattered", scatter), ("together", together))
        for share in SHARES
    ]
    for number, (url, body) in enumerate(edited):
        name, share, edit = ways[number % len(ways)]
        told[url] = name
        later.append((url, edit_page(body, share, edit, chance)))
    chance.shuffle(later)
    return [*edited, *exact, *others], later, told


def provenance(*arguments: object) -> str:
    given = [*COMMAND, *map(str, arguments)]
    return subprocess.run(given, stdout=subprocess.PIPE, text=True, check=True).stdout


def read_documents(run: Path) -> pl.DataFrame:
    signed = scan_table(run, "signatures").select("exact_hash")
    return pl.concat([scan_table(run, "documents"), signed], how="horizontal").collect()


def check_exact(found: pl.DataFrame, asked: pl.DataFrame, known: pl.DataFrame, told: dict[str, str]) -> dict[str, int]:
    """Planted re-captures among the documents, found, and found with the date of the text's first capture."""
    first = known.group_by("exact_hash").agg(expected=pl.col("fetch_time").min())
    planted = asked.filter(pl.col("url").replace_strict(told) == "exact").join(first, on="exact_hash", how="left")
    hits = planted.join(found.filter(pl.col("seen_kind") == "exact"), on="doc_id", how="left", suffix="_found")
    right = (hits["first_seen"] == hits["expected"]).fill_null(False)
    return {"planted": planted.height, "found": hits["first_seen"].count(), "right_date": int(right.sum())}


def find_jaccard(left: str, right: str) -> float:
    one, other = (set(hash_shingles([text], words=5).hashes.tolist()) for text in (left, right))
    return len(one & other) / len(one | other) if one | other else 1.0


def expect(similarity: float, least: float, options: DedupOptions) -> float:
    """The chance that a pair of this similarity shares a band and its sketches agree in enough values."""
    bands, rows = options.banding
    share, k = 1 / 16 + 15 / 16 * similarity, options.num_perm
    enough = math.ceil(k * (1 / 16 + 15 / 16 * least) - 1e-9)
    agree = sum(math.comb(k, n) * share**n * (1 - share) ** (k - n) for n in range(enough, k + 1))
    return (1 - (1 - similarity**rows) ** bands) * agree


def check_edited(
    found: dict[float, pl.DataFrame], asked: pl.DataFrame, known: pl.DataFrame, told: dict[str, str]
) -> list[dict[str, object]]:
    """Of each way of editing: documents, their similarity, and recall with what it was expected to be."""
    pairs = asked.join(known.select("url", before="text"), on="url").with_columns(
        way=pl.col("url").replace_strict(told)
    )
    rows: list[dict[str, object]] = []
    for way in (f"{name} {share:.0%}" for name in ("scattered", "together") for share in SHARES):
        own = pairs.filter(pl.col("way") == way)
        truth = [find_jaccard(*pair) for pair in own.select("before", "text").iter_rows()]
        row: dict[str, object] = {"edited": way, "documents": own.height}
        row["similarity_median"] = round(sorted(truth)[len(truth) // 2], 3)
        for least, hits in found.items():
            at = own.join(hits.filter(pl.col("seen_url") == pl.col("url")), on="doc_id", how="semi").height
            row[f"recall_at_{least}"] = round(at / own.height, 3)
            row[f"expected_at_{least}"] = round(sum(expect(s, least, DedupOptions()) for s in truth) / own.height, 3)
        rows.append(row)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archives", nargs="+", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="An empty folder for crawls, runs and index.")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    work, index = arguments.work, arguments.work / "index"
    earlier, later, told = plan_crawls(read_pages(arguments.archives))
    for crawl, pages in ((EARLIER, earlier), (LATER, later)):
        provenance("run", write_crawl(work, crawl, pages), "--out", work / crawl, "--workers", 1, "--json")
    added = json.loads(provenance("seen", "add", index, work / EARLIER, "--json"))["added"][0]
    found = {}
    for least in (0.5, 0.8, 0.95):
        table = work / f"seen-{least}.parquet"
        provenance("seen", "query", index, work / LATER, "--similarity", least, "--out", table, "--json")
        found[least] = pl.read_parquet(table)
    asked, known = read_documents(work / LATER), read_documents(work / EARLIER)
    new = asked.filter(pl.col("url").replace_strict(told) == "new")
    figures = {
        "machine": describe_machine(),
        "added": {name: added[name] for name in ("documents", "undated", "recorded", "new_texts")},
        "asked": asked.height,
        "exact": check_exact(found[0.8], asked, known, told),
        "edited": check_edited(found, asked, known, told),
        "new": {"documents": new.height, "found_at_0.8": new.join(found[0.8], on="doc_id", how="semi").height},
    }
    print(json.dumps(figures, indent=1))
    if arguments.out:
        arguments.out.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
