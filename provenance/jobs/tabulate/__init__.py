"""What adds up of a run's documents, counted group of shards by group of shards, wherever the run lies.

The one task that sums a run up then reads no table that is wide: a slim row per document, and counts.
"""
