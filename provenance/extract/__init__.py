"""Records -> document batches: charset, main text, language, page markup. The only stage that sees bytes."""

from provenance.extract.batches import ExtractedBatch, IdentifiesLanguage, extract_batches
from provenance.extract.document import ExtractOptions
from provenance.extract.language import LanguageIdentifier

__all__ = ["ExtractOptions", "ExtractedBatch", "IdentifiesLanguage", "LanguageIdentifier", "extract_batches"]
