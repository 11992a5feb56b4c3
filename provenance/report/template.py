"""The page templates, with what all of them may say; everything put into one is escaped."""

import functools

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from provenance.report import meaning, numbers
from provenance.report.names import ORIGIN_NAMES, ORIGINS


def load_template(name: str) -> Template:
    """A template of this package, autoescape on; a name that it asks for and does not get is an error."""
    return _environment().get_template(name)


@functools.cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("provenance.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = {name.removeprefix("show_"): getattr(numbers, name) for name in dir(numbers) if name.startswith("show_")}
    made.filters.update(shown, reason=meaning.explain_reason, meaning=meaning.explain_signal)
    made.globals.update(origin_names=ORIGIN_NAMES, origins=ORIGINS, limits=meaning.LIMITS, nothing=numbers.NOTHING)
    return made
