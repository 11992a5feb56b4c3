"""A folder of tables as an argument: a path, or `s3://bucket/prefix`."""

import click

from provenance.store import Place, parse_place


class PlaceType(click.ParamType[Place]):
    """A `Place`; whether anything is there is not asked."""

    name = "folder"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Place:
        """The place that a text names; fails for `s3://` without a bucket."""
        if not isinstance(value, str):
            return value  # type: ignore[return-value]  # a default that is a place already
        try:
            return parse_place(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
