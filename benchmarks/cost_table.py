"""What one crawl takes, computed from the measured rates; writes the figures of docs/costs.md.

    PYTHONPATH=. python benchmarks/cost_table.py

Read are results/scaling.json, storage_requests.json, throughput.json; nothing is worked out by hand. What is not
measured is stated below, with where it is from.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from provenance.jobs.dedup.plan import BASE, ITEM_MEMORY
from provenance.jobs.tabulate.phase import BASE_MEMORY, SUM_MEMORY
from provenance.objects.upload import PART as PART_BYTES
from provenance.store import ROW_GROUP_ROWS

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parents[1] / "docs" / "costs.md"
BEGIN, END = "<!-- figures -->", "<!-- end -->"

SHARDS = 90_000  # WARC files of a crawl of 2024
CRAWL_PAGES = 2.64e9  # Common Crawl on its crawl of December 2024 (CC-MAIN-2024-51), "394 TiB of uncompressed content"
PRICES = (0.01, 0.02)  # USD a core-hour: assumed, of machines bought on the spot market, and on long terms
PUT, GET, MONTH = 0.005 / 1000, 0.0004 / 1000, 0.023  # USD of S3 in us-east-1: a request, a request, a GB a month
SAMPLE, CRAWLS = 100_000, 100  # pages of each, crawls
INDEX_ROW = 2e-6  # seconds of a core for a row of the index, by docs/sampling.md
CORES = (100, 1000)
STREAM = 50e6  # bytes a second of one connection to S3 in the same region: assumed
FOLDER = 1000  # shards of an output folder
ESTIMATE = (1140, 2070)  # core-hours for a release of 3 billion pages that the project set out with
CORE_RATE = "steady_pages_per_core_second"
WHOLE = ("summarise", "measure")  # phases whose time does not grow with the pages, or hardly


@dataclass(frozen=True, slots=True)
class Job:
    """`seconds`: of a core for a page, at best and with all cores of a machine busy; bytes and requests of a page.

    `besides`: core-hours that do not grow with the pages.
    """

    name: str
    pages: float
    seconds: tuple[float, float]
    read_bytes: float
    left_bytes: float
    puts: float
    gets: float
    besides: float = 0.0

    @property
    def core_hours(self) -> tuple[float, float]:
        """Of the whole job."""
        low, high = self.seconds
        return self.pages * low / 3600 + self.besides, self.pages * high / 3600 + self.besides

    def row(self) -> list[str]:
        """Of the table of costs."""
        hours, requests = self.core_hours, self.pages * (self.puts * PUT + self.gets * GET)
        return [
            self.name,
            f"{self.pages / 1e6:,.0f} M",
            span(1 / second for second in reversed(self.seconds)),
            span(hours),
            *(span(hour / cores for hour in hours) for cores in CORES),
            *(span(hour * price for hour in hours) for price in PRICES),
            f"{self.pages * (self.puts + self.gets) / 1e6:,.1f} M",
            f"{requests:,.0f}",
            f"{self.pages * self.read_bytes / 1e12:,.1f}",
            f"{self.pages * self.left_bytes / 1e12:,.2f}",
            f"{self.pages * self.left_bytes / 1e9 * MONTH:,.0f}",
        ]


HEAD = (
    *("", "pages", "pages a core-second", "core-hours", *(f"hours on {cores:,} cores" for cores in CORES)),
    *(f"USD at {price:.2f}" for price in PRICES),
    *("S3 requests", "USD for these", "TB read", "TB left in the folder", "USD a month for these"),
)


def seconds_of_page(scaling: Mapping[str, Any], kind: str) -> tuple[float, float]:
    """CPU seconds of reading, the first task of each process left out, and of the later phases.

    At best one core of the machine works and the processes are its own; else two of two work, by Ray. What Ray costs
    between tasks is not in it: shards as large as a crawl's take minutes each.
    """
    median, costs = scaling["median"], scaling[kind]
    phases = costs["phases"].items()
    later = sum(phase["cpu_ms_per_page"] for name, phase in phases if name not in ("read", *WHOLE)) / 1000
    way = "local, 1 worker" if kind == "warc" else "local, 1 worker, WET"
    alone = 1 / median[way][CORE_RATE] + later
    busy = alone * median["local, 1 worker"][CORE_RATE] / median["ray, 2 workers"][CORE_RATE]
    return min(alone, busy), max(alone, busy)


def list_jobs(scaling: Mapping[str, Any], requests: Mapping[str, Any]) -> list[Job]:
    """The main job over a crawl as WARC and as WET, and over a sample of a hundred crawls."""
    measured, a_shard = scaling["input"], CRAWL_PAGES / SHARDS
    jobs = []
    for kind, name in (("warc", "one crawl, WARC"), ("wet", "one crawl, WET")):
        left = scaling[kind]["bytes_per_page"]
        puts, gets = (count / a_shard for count in requests_of_shard(requests, left))
        jobs.append(
            Job(name, CRAWL_PAGES, seconds_of_page(scaling, kind), measured[f"{kind}_bytes_per_page"], left, puts, gets)
        )
    sampled = jobs[0]
    index = CRAWLS * CRAWL_PAGES * INDEX_ROW / 3600
    name = f"{SAMPLE:,} pages of each of {CRAWLS} crawls, drawn from the index, fetched by record"
    sample = replace(sampled, name=name, pages=SAMPLE * CRAWLS, gets=sampled.gets + 1, besides=index)
    return [*jobs, sample]


def requests_of_shard(requests: Mapping[str, Any], left_bytes: float) -> tuple[float, float]:
    """Those paid as PUT and as GET: of a shard, of its row groups, and of the parts in which large tables are sent."""
    a_shard = CRAWL_PAGES / SHARDS
    groups = math.ceil(a_shard / ROW_GROUP_ROWS) - 1
    puts, gets = (requests["per_shard"][kind] + groups * requests["per_row_group"][kind] for kind in ("put", "get"))
    return puts + left_bytes * a_shard / PART_BYTES, gets


def describe_rates(scaling: Mapping[str, Any]) -> list[str]:
    """Pages a second and what Ray costs."""
    rows = [[name, *(show(values[key]) for key in RATES.values())] for name, values in scaling["median"].items()]
    found = scaling["comparison"]
    told = [
        [
            f"Ray beside this machine's processes, {workers}",
            *(show_spread(found[workers][key], "%") for key in ("steady_overhead_percent", "whole_overhead_percent")),
            show_spread(found[workers]["task_cpu_overhead_percent"], "%"),
            show_spread(found[workers]["start_and_end_s"], " s"),
        ]
        for workers in ("1 worker", "2 workers")
    ]
    gains = ", ".join(
        f"{engine} {show_spread(found[f'{engine}, 2 workers to 1']['steady_gain'], '')}" for engine in ("local", "ray")
    )
    return [
        *table(["median of the turns", *RATES], rows),
        "",
        *table(["", "steady rate", "whole run", "CPU time of tasks", "start and end"], told),
        "",
        f"Two workers beside one, times as fast at the steady rate: {gains}.",
    ]


RATES = {
    "pages a second, steady": "steady_pages_per_second",
    "pages a core-second of tasks": "steady_pages_per_core_second",
    "pages a second, whole run": "pages_per_second",
    "s to the first task": "start_s",
    "s of reading": "read_s",
    "s of all later phases": "rest_s",
    "s to the end": "end_s",
    "MB, largest process": "peak_mb",
}


def describe_stages(throughput: Mapping[str, Any]) -> list[str]:
    """Where the time of a page goes."""
    times = sorted(
        ((1000 / stage["per_core_second"], name) for name, stage in throughput["stages"].items()), reverse=True
    )
    total = sum(time for time, _ in times)
    rows = [[name.removeprefix("signal "), f"{time:.2f}", f"{time / total:.0%}"] for time, name in times if time >= 0.1]
    rest = total - sum(time for time, _ in times if time >= 0.1)
    return table(["stage", "ms a page", "share"], [*rows, ["all others", f"{rest:.2f}", f"{rest / total:.0%}"]])


def describe_sizes(scaling: Mapping[str, Any], requests: Mapping[str, Any]) -> list[str]:
    """Memory, disk and network, of a shard and of a folder of `FOLDER` shards."""
    a_shard = CRAWL_PAGES / SHARDS
    documents = FOLDER * a_shard
    peak = max(phase["peak_mb"] for name, phase in scaling["warc"]["phases"].items() if name not in WHOLE)
    longest = a_shard * seconds_of_page(scaling, "warc")[1] / 60
    scratch = scaling["warc"]["scratch_bytes"] / scaling["warc"]["pages"]
    read, left = scaling["input"]["warc_bytes_per_page"], scaling["warc"]["bytes_per_page"]
    puts, gets = requests_of_shard(requests, left)
    run = requests["runs"]["long"]
    again = (run["received_bytes"] - run["shard_bytes"]) / run["shards"] / run["pages"]
    pieces = (run["sent_bytes"] - run["folder_bytes"]) / run["shards"] / run["pages"]
    rows = [
        ["pages of a shard (stated by Common Crawl)", f"{a_shard:,.0f}"],
        ["minutes of a core for a shard", f"{longest:.1f}"],
        ["memory of a worker, most in any phase but the last", f"{peak:,.0f} MB"],
        [
            f"memory of the task that joins the clusters of a folder of {FOLDER:,} shards",
            f"{(BASE + ITEM_MEMORY * documents) / 1e9:.1f} GB",
        ],
        [
            f"memory of the task that sums such a folder up ({SUM_MEMORY:,} bytes a document)",
            f"{(BASE_MEMORY + SUM_MEMORY * documents) / 1e9:.0f} GB",
        ],
        ["the same for a whole crawl in one folder", f"{(BASE_MEMORY + SUM_MEMORY * CRAWL_PAGES) / 1e9:,.0f} GB"],
        ["scratch of the searches, per million documents", f"{scratch * 1e6 / 1e9:.1f} GB"],
        ["TMPDIR of a task: a shard's tables before they are sent", f"{left * a_shard / 1e9:.1f} GB"],
        [
            "network in, of a shard",
            f"{read * a_shard / 1e9:.2f} GB, {read / seconds_of_page(scaling, 'warc')[1] / 1e6:.1f} MB/s a core",
        ],
        [
            f"waiting for a page's bytes, at {STREAM / 1e6:.0f} MB/s a stream (not in the rates above)",
            f"{1000 * read / STREAM:.1f} ms",
        ],
        ["network out, of a shard", f"{left * a_shard / 1e9:.2f} GB"],
        [
            "tables and pieces of the searches read again from the bucket, and pieces sent to it, of a shard",
            f"{again * a_shard / 1e9:.2f} GB, {pieces * a_shard / 1e9:.2f} GB",
        ],
        ["S3 requests of a shard, all phases (PUT and LIST, GET and HEAD)", f"{puts:.0f}, {gets:.0f}"],
    ]
    return table(["", ""], rows)


def span(values: Iterable[float]) -> str:
    """Two figures that belong together, with as many digits as they deserve."""
    low, high = (show(value) for value in values)
    return low if low == high else f"{low} to {high}"


def show(value: float) -> str:
    """Three figures at most."""
    digits = 2 - math.floor(math.log10(value))
    return f"{round(value, digits):,.{min(max(digits, 0), 2)}f}"


def show_spread(values: Sequence[float], unit: str) -> str:
    """The median, and in brackets the least and the most."""
    low, middle, high = values
    return f"{middle:.1f}{unit} ({low:.1f} to {high:.1f})"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of Markdown, figures to the right."""
    rule = "|---|" + "---:|" * (len(head) - 1)
    return [f"| {' | '.join(line)} |" for line in (head,)] + [rule] + [f"| {' | '.join(row)} |" for row in rows]


def load(name: str) -> dict[str, Any]:
    """A file of results."""
    return json.loads((RESULTS / name).read_text())


def render() -> str:
    """The figures as Markdown."""
    scaling, requests, throughput = (load(f"{name}.json") for name in ("scaling", "storage_requests", "throughput"))
    jobs = list_jobs(scaling, requests)
    machine, given = scaling["machine"], scaling["input"]
    low, high = jobs[0].core_hours
    compared = [value * CRAWL_PAGES / 3e9 for value in ESTIMATE]
    lines = [
        f"{given['pages']:,} pages in {given['shards']} shards, {len(scaling['turns']['ray, 1 worker'])} turns; "
        f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}; {scaling['date']}; "
        f"load before {machine['load_before']}, after {scaling['load_after']}.",
        "",
        *describe_rates(scaling),
        "",
        "## One crawl",
        "",
        *transpose(HEAD, [job.row() for job in jobs]),
        "",
        f"The project set out with an estimate of {ESTIMATE[0]:,} to {ESTIMATE[1]:,} core-hours for 3 billion pages, "
        f"which is {compared[0]:,.0f} to {compared[1]:,.0f} for these {CRAWL_PAGES / 1e9:.2f}: "
        f"by the rates measured it is {low / compared[1]:.1f} to {high / compared[0]:.1f} times as much.",
        "",
        *describe_stages(throughput),
        "",
        "## Sizes",
        "",
        *describe_sizes(scaling, requests),
    ]
    return "\n".join(lines)


def transpose(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table whose columns are the rows: what has few entries and many figures is read downward."""
    names, *columns = zip(*rows, strict=True)
    return table(["", *names], [[name, *column] for name, column in zip(head[1:], columns, strict=True)])


def main() -> None:
    text = PAGE.read_text()
    before, _, rest = text.partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{render()}\n{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    main()
