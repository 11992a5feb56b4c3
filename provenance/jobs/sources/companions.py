"""The WAT file of a WET file's pages: what its documents have of markup is there.

Common Crawl has the two under one name, `.../wet/NAME.warc.wet.gz` and `.../wat/NAME.warc.wat.gz`; both refer to the
records of `.../warc/NAME.warc.gz`. The facts of 40,000 pages take some 13 MB of memory, and 15 to 20 s to read.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing

from provenance.archive import ArchiveReader
from provenance.archive.source import open_source
from provenance.errors import ShardError
from provenance.extract import MarkupIndex
from provenance.jobs.settings import RunConfig
from provenance.jobs.sources.places import path_of, show_place
from provenance.jobs.sources.plan import Shard

_KIND = re.compile(r"\.(wet|wat)(\.(gz|zst|lz4|bz2|xz))?(\.open)?$")


def find_companions(shards: Iterable[Shard]) -> dict[tuple[str, str], Shard]:
    """The WAT shard of each WET shard that has one, by the crawl and name of the WET shard.

    Of several WAT files of that name in the crawl it is the one in the same or the neighbouring folder, else the first.
    """
    wets: list[tuple[Shard, str, str]] = []
    wats: dict[tuple[str, str], list[tuple[str, Shard]]] = defaultdict(list)
    for shard in shards:
        kind, folder, name = _take_apart(shard.place)
        if kind == "wet":
            wets.append((shard, folder, name))
        elif kind == "wat":
            wats[shard.crawl, name].append((folder, shard))
    found = {}
    for wet, folder, name in wets:
        known = wats.get((wet.crawl, name), [])
        near = [wat for other, wat in known if other == folder] or [wat for _, wat in known]
        if near:
            found[wet.crawl, wet.name] = near[0]
    return found


def _take_apart(place: str) -> tuple[str, str, str]:
    """Kind (wet, wat or nothing), folder without its own `wet` or `wat`, and the name that the two share."""
    folder, _, name = path_of(place).rpartition("/")
    kind = _KIND.search(name)
    if kind is None:
        return "", "", ""
    parent, _, last = folder.rpartition("/")
    return kind[1], parent if last in ("wet", "wat") else folder, name[: kind.start()]


def read_companion(place: str, config: RunConfig) -> tuple[MarkupIndex, str | None]:
    """The markup facts in a WAT file, and what is wrong with it.

    Of a file that cannot be read to the end, for whatever reason but its own, there are none: the same in every run.
    """
    markup, reader = MarkupIndex(), ArchiveReader(show_place(place), config.archive)
    try:
        with closing(open_source(place, config.fetch)) as source:
            for item in reader.read(source):
                markup.add(item)
    except ShardError as error:
        return MarkupIndex(), f"no page facts for its texts: {error}"
    if not reader.tally.complete:
        return markup, f"not all page facts for its texts: {reader.place}: incomplete: {reader.tally.why}"
    return markup, None
