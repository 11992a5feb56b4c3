"""Places as arguments: a folder of tables here or on object storage, and files of this machine alone."""

import re
from pathlib import Path

import click

from provenance.store import Place, check_answers, parse_place

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|[Ss]3:")


class PlaceType(click.ParamType[Place]):
    """A `Place`; whether anything is there is not asked. `to_read`: object storage must answer, and soon."""

    name = "folder"

    def __init__(self, *, to_read: bool = False) -> None:
        self._to_read = to_read

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Place:
        """The place that a text names; fails for what names none.

        Raises ConfigError where it is to be read and its storage refuses, or does not answer within seconds.
        """
        if not isinstance(value, str):
            return value  # type: ignore[return-value]  # a default that is a place already
        try:
            place = parse_place(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if self._to_read:
            check_answers(place)
        return place


class LocalPath(click.Path):
    """A file or folder of this machine: an address would become a folder named `s3:`."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path; fails for an address."""
        if isinstance(value, str) and _ADDRESS.match(value):
            self.fail(f"{value}: this can only be a file or folder of this machine", param, ctx)
        found = super().convert(value, param, ctx)  # type: ignore[arg-type]
        assert isinstance(found, Path)
        return found
