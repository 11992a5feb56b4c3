"""A command group whose commands are imported when they are called: `--help` and small commands start quickly."""

from collections.abc import Mapping
from importlib import import_module

import click


class LazyGroup(click.Group):
    """Commands by name, each given as "module:attribute"."""

    def __init__(self, *args: object, commands_at: Mapping[str, str], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self._commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(self._commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        where = self._commands_at.get(cmd_name)
        if where is None:
            return None
        module, attribute = where.split(":")
        found = getattr(import_module(module), attribute)
        assert isinstance(found, click.Command)
        return found
