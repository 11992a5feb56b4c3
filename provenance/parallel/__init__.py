"""Versions of the same page in several languages of one site: found without a parallel corpus; opens no files."""

from provenance.parallel.anchors import sign_pages
from provenance.parallel.versions import find_versions

__all__ = ["find_versions", "sign_pages"]
