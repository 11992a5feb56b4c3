"""Bilingual dictionaries in the formats of others: Ding, FreeDict TEI, dictd."""

from provenance.adapters.dictionaries.read import ReadDictionary, read_dictionaries

__all__ = ["ReadDictionary", "read_dictionaries"]
