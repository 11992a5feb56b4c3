"""`provenance run` and `provenance verify`: the main job, and the check of what it left."""

import json
import os
from pathlib import Path

import click

from provenance.cli.display import Display, show_summary
from provenance.errors import ConfigError
from provenance.jobs.corpus import run_corpus
from provenance.jobs.folder import open_folder
from provenance.jobs.plan import find_shards
from provenance.jobs.settings import load_run_config
from provenance.jobs.verify import verify_run
from provenance.store import read_table

_ENGINES = ("local", "ray")


@click.command(epilog="Example: provenance run shards/*.warc.gz --out out/crawl --workers 8")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for tables and report.")
@click.option("--crawl", help="Name of the crawl; else read off the path (CC-MAIN-YYYY-WW), else 'local'.")
@click.option("--config", "config_path", type=click.Path(path_type=Path), help="RUN.toml with options of the stages.")
@click.option("--workers", type=click.IntRange(1), default=os.cpu_count() or 1, show_default="all cores")
@click.option("--engine", type=click.Choice(_ENGINES), default="local", show_default=True)
@click.option("--fresh", is_flag=True, help="Delete the run that is in the folder and start anew.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def run(
    inputs: tuple[str, ...],
    out: Path,
    crawl: str | None,
    config_path: Path | None,
    workers: int,
    engine: str,
    fresh: bool,
    as_json: bool,
) -> int:
    """Archives in: documents, verdicts, curated subset, ratio and report out.

    INPUT is a file, a glob or a folder of WARC, WET or ARC archives. Run the same command again after an
    interruption and it does the rest. Other INPUTs given with the same --out are added to what is there.
    """
    if engine != "local":
        raise ConfigError(f"--engine {engine}: this version works on one machine only; use --engine local")
    config = load_run_config(config_path)
    shards = find_shards(inputs, crawl)
    debug = bool(click.get_current_context().obj)
    with open_folder(out, config, fresh=fresh) as folder, Display(debug=debug) as display:
        summary = run_corpus(folder, shards, workers=workers, reporter=display)
    if as_json:
        body = {"totals": summary.totals, "rejects": summary.rejects, "left_out": summary.left_out}
        click.echo(json.dumps({**body, "lost": summary.lost, "report": str(summary.report)}, ensure_ascii=False))
    else:
        show_summary(summary, read_table(out / "stats" / "ratio.parquet"))
    return 0 if summary.whole else 1


@click.command(epilog="Example: provenance verify out/crawl --sample 500")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--sample", type=click.IntRange(0), default=100, show_default=True, help="Documents to read again.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify(folder: Path, sample: int, seed: int, as_json: bool) -> int:
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
