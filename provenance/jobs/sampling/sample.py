"""`provenance sample`: draws from the index of each crawl, writes the sample, and fetches its records if asked."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

import polars as pl

from provenance import __version__
from provenance.archive.source import FetchOptions, describe_place
from provenance.errors import ConfigError, ShardError
from provenance.jobs.sampling.draw import CrawlSample, draw_crawl, sample_schema
from provenance.jobs.sampling.fetching import FETCH_FILE, KINDS, FetchSummary, fetch_sample
from provenance.jobs.sampling.known import compare_known, describe_worth
from provenance.jobs.sampling.options import Listener, SampleOptions
from provenance.jobs.sampling.places import IndexPlace, find_index
from provenance.jobs.sampling.tables import PANEL
from provenance.store import Place, exists, read_table, read_text, remove, remove_folder, write_table, write_text

SAMPLE_FILE, STRATA_FILE, PANEL_FILE, FACTS_FILE = "sample.parquet", "strata.parquet", "panel.parquet", "sample.json"


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """What to draw, from which files of the index, where to; `base` is where the archives lie that are to be fetched.

    `fresh` takes the place of another sample that is in the folder.
    """

    inputs: tuple[str, ...]
    out: Place
    options: SampleOptions
    crawls: tuple[str, ...] = ()
    base: str | None = None
    fetch: bool = False
    fresh: bool = False
    connections: int = 8
    network: FetchOptions = field(default_factory=FetchOptions)


@dataclass(frozen=True, slots=True)
class SampleReport:
    """What was drawn (the contents of sample.json) and fetched; `kept` is true where it had been drawn before."""

    facts: dict[str, object]
    fetched: FetchSummary | None
    kept: bool


def run_sample(request: SampleRequest, tell: Listener) -> SampleReport:
    """Draws, unless the same was drawn into the folder before, and fetches what is not there yet.

    Raises ConfigError before anything is written, also where the folder has another sample; ShardError for a file of
    the index that cannot be read, since a sample of the rest would pass for one of the crawl; OutputError.
    """
    places = find_index(request.inputs, request.crawls, request.base, request.network)
    identity = _identify(request, [place for of_crawl in places.values() for place in of_crawl])
    facts = _read_facts(request, identity)
    kept = facts is not None
    if facts is None:
        facts = _draw(request, places.values(), identity, tell)
    fetched = None
    if request.fetch:
        sample = read_table(request.out / SAMPLE_FILE)
        fetched = fetch_sample(sample, request.out, request.base, request.network, request.connections, tell)
    return SampleReport(facts, fetched, kept)


def _identify(request: SampleRequest, places: list[IndexPlace]) -> dict[str, object]:
    """What the sample follows from, as JSON has it. Raises ConfigError for a file that is not there."""
    options = {**asdict(request.options), "panel": sorted(request.options.panel.items())}
    try:
        files = [[place.crawl, place.shown, describe_place(place.place, request.network).size] for place in places]
    except ShardError as error:
        raise ConfigError(str(error)) from error
    told: dict[str, object] = json.loads(json.dumps({"options": options, "files": files}))
    return told


def _read_facts(request: SampleRequest, identity: dict[str, object]) -> dict[str, object] | None:
    """What is told of the sample in the folder, null where there is none; with `fresh` it is removed."""
    path = request.out / FACTS_FILE
    if not exists(path):
        return None
    if request.fresh:
        remove([path])
        remove([request.out / name for name in (SAMPLE_FILE, STRATA_FILE, PANEL_FILE, FETCH_FILE)])
        for kind in KINDS:
            remove([request.out / kind.weights_file])
            for name in (kind.warc_folder, kind.fetched_folder, kind.rejects_folder):
                remove_folder(request.out / name)
        return None
    facts: dict[str, object] = json.loads(read_text(path))
    if facts["identity"] != identity:
        raise ConfigError(f"--out {request.out}: holds a sample of other options or files; give another, or --fresh")
    return facts


def _draw(
    request: SampleRequest, crawls: Iterable[list[IndexPlace]], identity: dict[str, object], tell: Listener
) -> dict[str, object]:
    options = request.options
    drawn = [draw_crawl(places, options, request.network, tell) for places in crawls]
    metadata = {"provenance:version": __version__, "provenance:seed": str(options.seed)}
    sample = pl.concat([pl.DataFrame(schema=sample_schema(options)), *(one.sample for one in drawn)])
    write_table(request.out / SAMPLE_FILE, sample, metadata)
    write_table(request.out / STRATA_FILE, pl.concat([one.strata for one in drawn]), metadata)
    if options.panel or options.panel_share:
        write_table(request.out / PANEL_FILE, _describe_panel(sample, options), metadata)
    facts: dict[str, object] = {
        "version": __version__,
        "identity": identity,
        "crawls": {one.crawl: _describe(one, options) for one in drawn},
    }
    write_text(request.out / FACTS_FILE, json.dumps(facts, ensure_ascii=False, indent=1))
    return facts


def _describe(drawn: CrawlSample, options: SampleOptions) -> dict[str, object]:
    """The counts of a crawl: rows = captures + left out; asked for = drawn, where the caps leave as many."""
    sample, strata = drawn.sample.drop_nulls("stratum"), drawn.strata
    panel = drawn.sample.filter("panel")
    return {
        "rows": drawn.n_rows,
        "captures": drawn.n_captures,
        "left_out": dict(sorted(drawn.left_out.items())),
        "hosts": drawn.n_hosts,
        "strata": strata.height,
        "strata_pooled": len(drawn.pooled),
        "captures_moved": drawn.n_moved,
        "documents": sample.height,
        "hosts_drawn": sample["url_host_name"].n_unique(),
        "hosts_held": int(strata["n_held"].sum()),
        "worth": describe_worth(sample),
        "panel_hosts": drawn.n_panel_hosts,
        "panel_captures": panel.height,
        "known": compare_known(drawn, options.by),
        "index": {
            "files": [{"file": name, "rows": n} for name, n in drawn.files],
            "reads": drawn.tally.n_reads,
            "bytes_read": drawn.tally.n_bytes,
        },
    }


def _describe_panel(sample: pl.DataFrame, options: SampleOptions) -> pl.DataFrame:
    """The hosts of the panel; those of a panel that was given are all there, also without a capture."""
    met = sample.filter("panel").group_by("url_host_name").agg(n_crawls=pl.col("crawl").n_unique())
    if options.panel:
        hosts = pl.DataFrame(list(options.panel.items()), ["url_host_name", "inclusion_probability"], orient="row")
        met = hosts.join(met, on="url_host_name", how="left").with_columns(pl.col("n_crawls").fill_null(0))
    else:
        met = met.with_columns(inclusion_probability=pl.lit(options.panel_share))
    return PANEL.conform(met.sort("url_host_name"))
