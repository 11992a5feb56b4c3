"""Sizes of memory as people write them."""

import re

import click

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


class MemorySize(click.ParamType[int]):
    """Bytes, as a number with a unit: 4GB, 500 MB, 2GiB."""

    name = "size"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The bytes."""
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(i?)B?\s*", str(value), re.IGNORECASE)
        if not found:
            self.fail(f"{value!r} is no size; give 4GB, say", param, ctx)
        unit = _UNITS[found[2].upper()]
        if found[3]:
            unit = 1 << (10 * list(_UNITS).index(found[2].upper()))
        return int(float(found[1]) * unit)
