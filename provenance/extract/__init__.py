"""Records -> document batches: charset, main text, language, page markup. The only stage that sees bytes."""

from provenance.extract.batches import ExtractedBatch, IdentifiesLanguage, extract_batches
from provenance.extract.document import ExtractOptions
from provenance.extract.language import LanguageIdentifier
from provenance.extract.page_facts import MarkupIndex

__all__ = [
    "ExtractOptions",
    "ExtractedBatch",
    "IdentifiesLanguage",
    "LanguageIdentifier",
    "MarkupIndex",
    "extract_batches",
]
