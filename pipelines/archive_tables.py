"""Writes the tables of docs/archive.md: `python -m pipelines.archive_tables DATA`, with folders `correct`, `malformed`.

What warcio and FastWARC make of every file, and what we do. A reading that hangs ends the program with its stack.
"""

import faulthandler
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pipelines.archive_referees import (
    OurReading,
    Reading,
    describe_difference,
    find_lost,
    read_with_fastwarc,
    read_with_us,
    read_with_warcio,
)
from provenance.archive import Record
from provenance.archive.framing.members import Codec
from provenance.archive.framing.places import find_framing
from provenance.archive.source import FileSource
from provenance.errors import RecordError

TARGET = Path(__file__).parent.parent / "docs" / "archive.md"
LIMIT = 300  # seconds for one file and all its readers; the largest takes two
BEGIN, END = "<!-- {}: made by pipelines/archive_tables.py -->", "<!-- end -->"

_NO_LZ4 = "warcio knows no lz4"
_ONE_MEMBER = "all records in one gzip member: warcio stops after the first"
# What differs in files that are correct, by file and referee: as it is counted, and why.
DISAGREEMENTS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("archivesunleashed+aut__example.arc.gz", "warcio"): (
        "1 blocks, 39 types",
        "the file's own record: warcio takes its two lines of version out of the block, and calls it `arc_header` "
        "where we say `warcinfo`; 38 DNS answers, which are no HTTP: `response` there, `resource` here",
    ),
    ("archivesunleashed+aut__example.arc.gz", "FastWARC"): ("0 records, ours 300, OSError", "FastWARC knows no ARC"),
    ("chatnoir-eu+chatnoir-resiliparse__block-sized-records.warc.lz4", "warcio"): (
        "0 records, ours 3, ArchiveLoadFailed",
        _NO_LZ4,
    ),
    ("chatnoir-eu+chatnoir-resiliparse__warcfile.warc.lz4", "warcio"): (
        "0 records, ours 50, ArchiveLoadFailed",
        _NO_LZ4,
    ),
    ("jeffharwell+CommonCrawlScalaTools__filter_test_1.wet.gz", "warcio"): (
        "1 records, ours 26, ArchiveLoadFailed",
        _ONE_MEMBER,
    ),
    ("rubenhekster+WDPS-Group-3__CommonCrawl-sample.warc.gz", "warcio"): (
        "1 records, ours 11, ArchiveLoadFailed",
        _ONE_MEMBER,
    ),
    ("rubenhekster+WDPS-Group-3__CommonCrawl-sample.warc.gz", "FastWARC"): (
        "12 records, ours 11",
        "the file ends inside its twelfth record, of which FastWARC gives 19,496 of 24,745 bytes without a word; "
        "here it is a reject, and the shard incomplete",
    ),
}
# Records of damaged files that a referee gives as long as declared, and that are not whole.
NOT_WHOLE: Mapping[str, str] = {
    "82ce75_jeffharwell+CommonCrawlScalaTools__fragment1_asthma_incomplete_last.wet.gz": (
        "a length 48 bytes too large: FastWARC's block holds the start of the next record"
    ),
    "84ec80_richardlehane+webarchive__invalid-warcrecord-3.warc": (
        "a length 100 bytes too large: their block holds the start of the next record"
    ),
    "ae8025_r-spark+sparkwarc__sample.wet": (
        "lengths count line ends that are gone: warcio's block holds the start of the next record"
    ),
    "cab10e_oduwsdl+ipwb__broken.warc": "a length of 7 for 339 bytes: we keep all of them, flagged",
    "cc2c97_toimik+WarcProtocol__premature_wo_trailing_newline.warc": (
        "the file ends inside the record's headers; warcio takes them for whole"
    ),
    "e2907d_webrecorder+warcio.js__example-bad-length.warc": "a length one byte too small: we keep that byte, flagged",
}


def compare_correct(paths: Iterable[Path]) -> list[tuple[object, ...]]:
    """A row per correct file: codec, records of each reader, captures, disagreements."""
    rows: list[tuple[object, ...]] = []
    for path in paths:
        warcio, fast, ours = _read_with_all(path)
        found = [
            f"{name}: {DISAGREEMENTS.get((path.name, name), (difference, 'not explained'))[1]}"
            for name, reading in (("warcio", warcio), ("FastWARC", fast))
            if (difference := describe_difference(reading, ours))
        ]
        captures = sum(isinstance(item, Record) for item in ours.items)
        counts = (len(ours.raw), _count(warcio), _count(fast), captures)
        rows.append((path.name, _find_codec(path), *counts, "; ".join(found) or "none"))
    return rows


def compare_malformed(paths: Iterable[Path]) -> list[tuple[object, ...]]:
    """A row per malformed file: what the referees do, and what we keep, reject and skip."""
    rows: list[tuple[object, ...]] = []
    for path in paths:
        warcio, fast, ours = _read_with_all(path)
        note = NOT_WHOLE.get(path.name, "")
        if not note and (find_lost(warcio, ours) or find_lost(fast, ours)):
            note = "not explained"
        rows.append((path.name, _tell(warcio), _tell(fast), *_tell_ours(ours), note))
    return rows


def _read_with_all(path: Path) -> tuple[Reading, Reading, OurReading]:
    faulthandler.dump_traceback_later(LIMIT, exit=True)
    readings = read_with_warcio(path), read_with_fastwarc(path), read_with_us(path)
    faulthandler.cancel_dump_traceback_later()
    return readings


def _find_codec(path: Path) -> Codec:
    with FileSource(path) as source:
        return find_framing(source).codec


def _count(reading: Reading) -> str:
    return f"{len(reading.records)}, {reading.failure}" if reading.failure else str(len(reading.records))


def _tell(reading: Reading) -> str:
    """Records, those that are shorter than declared, and how it ended."""
    partial = len(reading.records) - reading.n_whole
    told = f"{reading.n_whole} whole" + (f", {partial} not" if partial else "")
    return f"{told}; {reading.failure or 'ends silently'}"


def _tell_ours(ours: OurReading) -> tuple[str, str, str, str]:
    """Records kept, rejects by reason, bytes skipped by reason, whether the file is complete."""
    if ours.tally is None:
        return "0", "", "all", f"refused: {ours.refused}"
    flagged = sum(raw.flawed for raw in ours.raw)
    kept = f"{len(ours.raw)}" + (f", {flagged} flagged" if flagged else "")
    rejects = Counter(item.reason.value for item in ours.items if isinstance(item, RecordError))
    skipped: Counter[str] = Counter()
    for part in ours.tally.skipped:
        skipped[part.reason] += part.length
    return kept, _join(rejects), _join(skipped), "yes" if ours.tally.complete else "no"


def _join(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in sorted(counts.items()))


def _render(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in line) + " |" for line in lines)


CORRECT_HEAD = ("file", "codec", "ours", "warcio", "FastWARC", "captures", "disagreements")
MALFORMED_HEAD = ("file", "warcio", "FastWARC", "we keep", "rejects", "bytes skipped", "complete", "why not theirs")


def write_tables(data: Path, page: Path) -> None:
    """Puts both tables in their places in the page."""
    text = page.read_text(encoding="utf-8")
    tables: Mapping[str, Callable[[], str]] = {
        "correct": lambda: _render(CORRECT_HEAD, compare_correct(sorted((data / "correct").glob("*")))),
        "malformed": lambda: _render(MALFORMED_HEAD, compare_malformed(sorted((data / "malformed").glob("*")))),
    }
    for name, make in tables.items():
        begin = BEGIN.format(name)
        before, rest = text.split(begin)
        text = f"{before}{begin}\n{make()}\n{END}{rest.split(END, 1)[1]}"
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_tables(Path(sys.argv[1]), TARGET)
