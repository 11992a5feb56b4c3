"""`provenance run` and `provenance verify`: the main job, and the check of what it left."""

import json
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import click

from provenance.cli.display import Display, show_summary
from provenance.cli.engine import engine_options
from provenance.cli.log import LogOptions, log_options, write_log
from provenance.cli.places import LocalPath, PlaceType
from provenance.cli.sizes import MemorySize
from provenance.errors import ConfigError
from provenance.jobs.checks.verify import verify_run
from provenance.jobs.corpus import run_corpus
from provenance.jobs.dedup.search import MEASURES
from provenance.jobs.folder import RunFolder, open_folder
from provenance.jobs.seen.lookup import check_index
from provenance.jobs.settings import RunConfig, load_run_config
from provenance.jobs.sources.inputs import InputOptions
from provenance.jobs.sources.places import STDIN
from provenance.jobs.sources.plan import Shard, find_shards
from provenance.jobs.status.files import check_metrics, keep_metrics
from provenance.jobs.weights import pin_weights
from provenance.run import Engine, EngineOptions
from provenance.store import Place, read_table, read_text


@click.command(epilog="Example: provenance run shards/*.warc.gz --out out/crawl --workers 8")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--out", required=True, type=PlaceType(), help="Folder for tables and report, or s3://bucket/prefix.")
@click.option("--base", help="Where relative lines of list files count from: a folder, http(s):// or s3://.")
@click.option("--name", help="Name of the archive on standard input; else 'stdin'.")
@click.option("--crawl", help="Name of the crawl; else read off the path (crawl=NAME, CC-MAIN-YYYY-WW), else 'local'.")
@click.option("--config", "config_path", type=LocalPath(), help="RUN.toml with options of the stages.")
@click.option("--workers", type=click.IntRange(1), help="Tasks at a time.  [default: all cores]")
@engine_options
@click.option("--memory", type=MemorySize(), help="Ceiling of the search for copies.  [default: 1 GiB a worker]")
@click.option("--seen", type=LocalPath(), help="A first-seen index whose dates count as evidence.")
@click.option(
    "--weights",
    type=PlaceType(to_read=True),
    metavar="FILE",
    help="Sample weights, made by `provenance sample`: how many documents of the crawl each one stands for.",
)
@click.option("--check-digests", is_flag=True, help="Compare captures with the digests their archive gives them.")
@click.option("--write-warc", is_flag=True, help="Write the documents kept as WARC too, beside the curated tables.")
@log_options
@click.option("--metrics", type=LocalPath(), help="Keep a Prometheus text file up to date: NAME.prom.")
@click.option("--fresh", is_flag=True, help="Delete the run that is in the folder and start anew.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def run(
    inputs: tuple[str, ...],
    out: Place,
    base: str | None,
    name: str | None,
    crawl: str | None,
    config_path: Path | None,
    workers: int | None,
    engine: EngineOptions,
    memory: int | None,
    seen: Path | None,
    weights: Place | None,
    check_digests: bool,
    write_warc: bool,
    log: LogOptions,
    metrics: Path | None,
    fresh: bool,
    as_json: bool,
) -> int:
    """Archives in: documents, verdicts, curated subset, ratio and report out.

    INPUT is an archive (WARC, WET, WAT or ARC), a glob, a folder, a list file with a place a line (Common Crawl's
    warc.paths.gz too, see --base), http(s)://..., s3://bucket/key or prefix/, or - for an archive on standard input.
    Run the same command again after an interruption and it does the rest. Other INPUTs given with the same --out are
    added to what is there.
    """
    config = _with_flags(load_run_config(config_path), check_digests=check_digests, write_warc=write_warc)
    if seen is not None:
        config = replace(config, seen=seen.absolute())
    if weights is not None:
        config = replace(config, weights=pin_weights(weights))
    if config.seen is not None:
        check_index(config.seen, config.dedup)  # before any work
    if config.write_warc and STDIN in inputs:
        raise ConfigError(
            "--write-warc: standard input cannot be read a second time; give the archive as a file or URL"
        )
    if metrics is not None:
        check_metrics(metrics)
    if engine.engine is Engine.RAY and isinstance(out, Path):
        out = out.absolute()  # workers on other machines start elsewhere
    shards = _find_shards(inputs, crawl, InputOptions(base, name, config.fetch))
    debug = bool(click.get_current_context().obj)
    with (
        write_log(log),
        open_folder(out, config, fresh=fresh) as folder,
        _keep_metrics(metrics, folder),
        Display(debug=debug) as display,
    ):
        _tell_read_before(folder, shards)
        summary = run_corpus(folder, shards, workers=workers, reporter=display, engine=engine, memory=memory)
    if as_json:
        body = {"totals": summary.totals, "rejects": summary.rejects, "left_out": summary.left_out}
        copies = json.loads(read_text(out / MEASURES))
        told = {**body, "copies": copies, "lost": summary.lost, "report": str(summary.report)}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        show_summary(summary, read_table(out / "stats" / "ratio.parquet"))
    return 0 if summary.whole else 1


def _keep_metrics(path: Path | None, folder: RunFolder) -> AbstractContextManager[None]:
    if path is None:
        return nullcontext()
    return keep_metrics(path, folder.context.out, lambda trouble: click.echo(trouble, err=True))


def _with_flags(config: RunConfig, *, check_digests: bool, write_warc: bool) -> RunConfig:
    """What the flags ask for beyond the file; neither takes back what it says there."""
    archive = replace(config.archive, check_digests=config.archive.check_digests or check_digests)
    return replace(config, archive=archive, write_warc=config.write_warc or write_warc)


def _find_shards(inputs: tuple[str, ...], crawl: str | None, options: InputOptions) -> list[Shard]:
    if STDIN in inputs and sys.stdin.isatty():
        raise ConfigError("-: standard input is a terminal; pipe an archive to this command")
    if options.name is not None and STDIN not in inputs:
        raise ConfigError(f"--name {options.name}: names the archive on standard input, and - is not among the inputs")
    return find_shards(inputs, crawl, options)


def _tell_read_before(folder: RunFolder, shards: Sequence[Shard]) -> None:
    """Standard input cannot be compared with what it was: when it was read to its end before, that stands."""
    done = {(r.task.crawl, r.task.shard) for r in folder.ledger.receipts("read") if r.done and r.complete}
    for shard in shards:
        if shard.place == STDIN and (shard.crawl, shard.name) in done:
            click.echo(
                f"{shard.crawl}/{shard.name}: standard input was read before and is not read again; "
                "give --name for another archive, or --fresh to start anew",
                err=True,
            )


@click.command(epilog="Example: provenance verify out/crawl --sample 500")
@click.argument("folder", metavar="DIR", type=PlaceType(to_read=True))
@click.option("--sample", type=click.IntRange(0), default=100, show_default=True, help="Documents to read again.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify(folder: Place, sample: int, seed: int, as_json: bool) -> int:
    """Checks a run: counts, row alignment, digests, and N documents read again from their archives."""
    result = verify_run(folder, n_sample=sample, seed=seed)
    if as_json:
        click.echo(json.dumps({"checked": result.checked, "problems": result.problems}, ensure_ascii=False))
    else:
        for what, count in result.checked.items():
            click.echo(f"{what}: {count:,}")
        click.echo("nothing wrong" if not result.problems else f"{len(result.problems)} problems:")
        for problem in result.problems:
            click.echo(f"  {problem}")
    return 1 if result.problems else 0
