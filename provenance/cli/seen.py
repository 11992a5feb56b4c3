"""`provenance seen add`, `query` and `info`: the first-seen index across crawls."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from provenance.cli.places import LocalPath, PlaceType
from provenance.cli.sizes import MemorySize
from provenance.jobs.seen.add import Added, add_run
from provenance.jobs.seen.info import IndexInfo, describe_index
from provenance.jobs.seen.manifest import describe_options
from provenance.jobs.seen.query import Answer, query_run
from provenance.jobs.seen.source import open_run
from provenance.store import Place

_PATH = LocalPath()
_GREY_ZONE = (
    "a capture before 2019-02-14 (GPT-2) was not written by a language model as we know them; from then to 2022-11-30 "
    "(ChatGPT) it hardly was: the grey zone, verdict.grey_since and verdict.first_seen_cutoff"
)
_memory = click.option(
    "--memory", type=MemorySize(), default="4GB", show_default=True, help="Ceiling of what is held in memory."
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@click.group()
def seen() -> None:
    """The first-seen index: when and where a text was captured first, across crawls.

    Example: provenance seen add first-seen out/2019-30 && provenance seen query first-seen out/2025-30
    """


@seen.command(epilog="Example: provenance seen add first-seen out/2019-30 out/2020-05")
@click.argument("index", type=_PATH)
@click.argument("folders", nargs=-1, required=True, type=PlaceType(to_read=True), metavar="RUN_DIR...")
@click.option("--exact-only", is_flag=True, help="A new index: of equal texts only, a fifth of the size.")
@_memory
@_as_json
def add(index: Path, folders: tuple[Place, ...], exact_only: bool, memory: int, as_json: bool) -> int:
    """Adds the documents of finished runs to INDEX, which is made if it is not there.

    A text that is known keeps its earliest capture. Documents without a capture time are left out. What was added
    before may be added again and changes nothing; an interrupted add leaves the index as it was.
    """
    results = {}
    for folder in folders:
        open_run(folder)  # what cannot be added is told before anything is
    for folder in folders:
        added = add_run(index, folder, near=False if exact_only else None, memory=memory, tell=_tell)
        results[str(folder)] = added
        if not as_json:
            _show_added(folder, added)
    if as_json:
        rows = [{"run": name, **asdict(added)} for name, added in results.items()]
        click.echo(json.dumps({"index": str(index), "added": rows}, ensure_ascii=False))
    return 0


@seen.command(epilog="Example: provenance seen query first-seen out/2025-30 --out seen.parquet")
@click.argument("index", type=_PATH)
@click.argument("folder", type=PlaceType(to_read=True), metavar="RUN_DIR")
@click.option("--out", "table", type=_PATH, help="What was found as Parquet: a row or two for each document seen.")
@click.option(
    "--similarity",
    type=click.FloatRange(0.0, 1.0, min_open=True),
    help="Near copies count from here on; else from the threshold of the index.",
)
@_memory
@_as_json
def query(index: Path, folder: Place, table: Path | None, similarity: float | None, memory: int, as_json: bool) -> int:
    """Asks INDEX for the documents of a finished run: first seen when, where, exact or near."""
    answer = query_run(index, folder, table=table, least_similarity=similarity, memory=memory, tell=_tell)
    if as_json:
        body = {name: value for name, value in asdict(answer).items() if name != "examples"}
        click.echo(json.dumps({**body, "out": str(table) if table else None}, ensure_ascii=False))
    else:
        _show_answer(answer, table)
    return 0


@seen.command(epilog="Example: provenance seen info first-seen --check")
@click.argument("index", type=_PATH)
@click.option("--check", is_flag=True, help="Read all files and compare their digests.")
@_as_json
def info(index: Path, check: bool, as_json: bool) -> int:
    """Says what INDEX holds: texts, runs, range of dates, bytes a text, options."""
    told = describe_index(index, check=check)
    if as_json:
        click.echo(json.dumps(_plain_info(told), ensure_ascii=False))
    else:
        _show_info(told)
    return 1 if told.problems else 0


def _tell(text: str) -> None:
    click.echo(text, err=True)


def _show_added(folder: Place, added: Added) -> None:
    if added.known_run and not added.recorded:
        click.echo(f"{folder}: was added before, nothing changes")
        return
    earlier = added.recorded - added.new_texts
    click.echo(
        f"{folder}: {added.documents:,} documents, {added.new_texts:,} new texts, {earlier:,} known from a later date, "
        f"{added.undated:,} without a capture time left out"
    )


def _show_answer(answer: Answer, table: Path | None) -> None:
    click.echo(
        f"{answer.documents:,} documents: {answer.exact:,} seen exactly, {answer.near:,} as a near copy, "
        f"{answer.unseen:,} not seen; {answer.earlier:,} before their own capture"
    )
    for year, n in answer.by_year.items():
        click.echo(f"  first seen in {year}: {n:,}")
    for row in answer.examples.iter_rows(named=True):
        alike = "" if row["seen_kind"] == "exact" else f" ({row['seen_similarity']:.2f} alike)"
        click.echo(f"  {row['url']}: {row['seen_kind']}{alike}, {row['first_seen']:%Y-%m-%d}, {row['seen_url']}")
    if table is not None:
        click.echo(f"all: {table}")


def _plain_info(told: IndexInfo) -> dict[str, object]:
    manifest = told.manifest
    return {
        "format": manifest.format,
        "version": manifest.version,
        "near": manifest.near,
        "texts": manifest.n_texts,
        "entries": manifest.n_entries,
        "earliest": told.earliest,
        "latest": told.latest,
        "bytes_per_text": told.bytes_per_text,
        "dedup": describe_options(manifest.dedup),
        "files": len(list(manifest.list_files())),
        "runs": [asdict(run) for run in manifest.runs],
        "grey_zone": _GREY_ZONE,
        "problems": told.problems,
    }


def _show_info(told: IndexInfo) -> None:
    manifest = told.manifest
    crawls = sorted({crawl for run in manifest.runs for crawl in run.crawls})
    n_documents = sum(run.documents for run in manifest.runs)
    undated = sum(run.undated for run in manifest.runs)
    click.echo(f"texts: {manifest.n_texts:,}, of {n_documents:,} documents ({undated:,} without a capture time)")
    click.echo(f"runs: {len(manifest.runs)}, of {', '.join(crawls) or 'no crawl'}")
    click.echo(f"captured: {told.earliest or '-'} to {told.latest or '-'}")
    sizes = ", ".join(f"{name} {size}" for name, size in told.bytes_per_text.items() if size is not None)
    click.echo(f"bytes a text: {sizes or '-'}")
    options = ", ".join(f"{name} {value}" for name, value in describe_options(manifest.dedup).items())
    click.echo(f"near copies: {options}" if manifest.near else "near copies: none, this index is of equal texts only")
    click.echo(f"note: {_GREY_ZONE}")
    for problem in told.problems:
        click.echo(f"wrong: {problem}")
