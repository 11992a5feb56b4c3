"""`provenance models`: which models are loaded, for which languages, under which licence."""

import json
from pathlib import Path

import click
from rich.table import Table

from provenance.cli.places import LocalPath
from provenance.cli.ratio_table import plain_console
from provenance.models import load_models


@click.command(epilog="Example: provenance models --cards")
@click.option("--models", "folder", type=LocalPath(), help="A folder of models instead of those shipped.")
@click.option("--cards", is_flag=True, help="Print each model's card.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def models(folder: Path | None, cards: bool, as_json: bool) -> int:
    """Lists the models with language, licence, size and digest; checks that each is what its manifest says."""
    found = load_models(folder)
    if as_json:
        rows = [
            {
                "name": model.name,
                "kind": model.kind,
                "language": model.language,
                "licence": model.licence,
                "bytes": model.path.stat().st_size,
                "sha256": model.sha256,
                "card": str(model.path.parent / model.card),
            }
            for model in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return 0
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("model", "kind", "language", "MB", "licence", "sha256"):
        table.add_column(heading, justify="right" if heading == "MB" else "left", overflow="fold")
    for model in found:
        size = f"{model.path.stat().st_size / 1e6:.1f}"
        table.add_row(model.name, model.kind, model.language or "all", size, model.licence, model.sha256[:16])
    plain_console().print(table)
    for model in found if cards else ():
        click.echo(f"\n{(model.path.parent / model.card).read_text(encoding='utf-8')}")
    return 0
