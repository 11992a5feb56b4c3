"""The `provenance` command. Exit status: 0 done, 1 part of the input was lost, 2 a usage or configuration error."""

import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType, TracebackType

import click

from provenance.cli.group import LazyGroup
from provenance.errors import ConfigError, ProvenanceError

INTERRUPTED = 130

COMMANDS = {
    "run": "provenance.cli.run:run",
    "judge": "provenance.cli.judge:judge",
    "dedup": "provenance.cli.dedup:dedup",
    "report": "provenance.cli.report:report",
    "ratio": "provenance.cli.ratio:ratio",
    "seen": "provenance.cli.seen:seen",
    "status": "provenance.cli.status:status",
    "verify": "provenance.cli.run:verify",
    "fetch": "provenance.cli.fetch:fetch",
    "sample": "provenance.cli.sample:sample",
    "evaluate": "provenance.cli.evaluate:evaluate",
    "train": "provenance.cli.train:train",
    "calques": "provenance.cli.calques:calques",
    "models": "provenance.cli.models:models",
}


@click.group(cls=LazyGroup, commands_at=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="corpus-provenance", prog_name="provenance")
def command() -> None:
    """Tells where the text of a training corpus came from.

    Every command takes --debug, which shows the traceback of an error.

    Example: provenance run crawl-data/CC-MAIN-2024-33 --out out/2024-33 --workers 8
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command and ends the process with its exit status; an error is one line on stderr."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    given = [argument for argument in given if argument != "--debug"]
    signal.signal(signal.SIGTERM, _interrupt)
    if not debug:
        sys.excepthook = _one_line
    try:
        sys.exit(command.main(given, prog_name="provenance", standalone_mode=False, obj=debug) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except ProvenanceError as error:
        if debug:
            traceback.print_exc()
        click.echo(f"provenance: {error}", err=True)
        sys.exit(2 if isinstance(error, ConfigError) else 1)
    except OSError as error:
        if not str(error.filename).startswith("s3://"):  # whose words are made for people
            raise
        if debug:
            traceback.print_exc()
        click.echo(f"provenance: {error.filename}: {error.strerror}", err=True)
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        click.echo("provenance: interrupted; what was finished is kept, the same command goes on from there", err=True)
        sys.exit(INTERRUPTED)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _one_line(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Shows an unforeseen error in one line instead of a traceback."""
    text = " ".join(str(error).split()) or kind.__name__
    click.echo(f"provenance: unforeseen {kind.__name__}: {text}; --debug shows where, please report it", err=True)
