"""Exact and near duplicates: MinHash signatures, locality-sensitive hashing, clusters."""

from provenance.dedup.clusters import find_clusters
from provenance.dedup.options import DedupOptions
from provenance.dedup.sign import hash_exactly, sign_batch

__all__ = ["DedupOptions", "find_clusters", "hash_exactly", "sign_batch"]
