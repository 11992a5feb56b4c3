"""The strongest examples: their marked text, and the command that fetches their record again."""

import csv
import io
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from provenance.report.data import Example
from provenance.report.excerpt import Segment, cut_excerpt, split_segments

EXCERPT = 900  # characters of an example
ORDER = ("ai_generated", "machine_translated", "human", "undetermined")
COORDINATES = ("warc_filename", "warc_record_offset", "warc_record_length")
COMMON_CRAWL = ("crawl-data/", "https://data.commoncrawl.org/")  # how its file names begin, and where they lie
FOLDER = "FOLDER"  # where the shards of any other input lie: the reader knows


@dataclass(frozen=True, slots=True)
class ShownExample:
    """An example with its text in segments; `command` is empty where the place of its record is not known."""

    document: Example
    segments: tuple[Segment, ...]
    command: str


def group_examples(examples: Sequence[Example]) -> list[tuple[str, list[ShownExample]]]:
    """Examples by origin, synthetic ones first."""
    ranked = sorted(examples, key=lambda example: ORDER.index(example.origin))
    return [
        (origin, [_show(example) for example in group])
        for origin, group in groupby(ranked, key=lambda example: example.origin)
    ]


def write_command(example: Example) -> str:
    """A line for a POSIX shell that fetches the record of an example; empty without its file, offset and length."""
    place = (example.warc_filename, example.warc_record_offset, example.warc_record_length)
    if not example.warc_filename or None in place:
        return ""
    row = io.StringIO()
    csv.writer(row, lineterminator="").writerow(place)
    rows = f"printf '%s\\n' {','.join(COORDINATES)} {shlex.quote(row.getvalue())} > record.csv"
    return f"{rows} && {fetch_command('record.csv', (example,))} --out record.warc.gz"


def fetch_command(rows: str, examples: Sequence[Example]) -> str:
    """The call of `provenance fetch` for a file of rows, with Common Crawl's address where all of them are its own."""
    common = all(example.warc_filename.startswith(COMMON_CRAWL[0]) for example in examples)
    return f"provenance fetch {shlex.quote(rows)}" + f" --base {COMMON_CRAWL[1] if common else FOLDER}"


def _show(example: Example) -> ShownExample:
    segments = split_segments(*cut_excerpt(example.text, example.spans, EXCERPT))
    return ShownExample(example, segments, write_command(example))
