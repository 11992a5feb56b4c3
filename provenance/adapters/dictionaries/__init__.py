"""Bilingual dictionaries in the formats of others: Ding, FreeDict TEI, dictd."""

from provenance.adapters.dictionaries.read import ReadDictionary, list_files, read_dictionaries

__all__ = ["ReadDictionary", "list_files", "read_dictionaries"]
