"""Main text by trafilatura, an optional package: F1 0.959 where resiliparse has 0.934, at a tenth of the speed."""

import logging

from resiliparse.parse.html import HTMLTree

from provenance.errors import ConfigError

try:
    import trafilatura
except ImportError as error:
    raise ConfigError(
        'extract.extractor: "trafilatura" needs the package of that name; '
        'pip install "corpus-provenance[trafilatura]", or choose "resiliparse"'
    ) from error

logging.getLogger("trafilatura").addHandler(logging.NullHandler())  # what it says of broken pages is no news


def trafilatura_text(html: str, tree: HTMLTree) -> str:
    """Main text by trafilatura's fast mode, without comments; `tree` is not looked at, it parses for itself."""
    return trafilatura.extract(html, fast=True, include_comments=False, include_tables=True) or ""
