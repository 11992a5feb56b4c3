"""Shard jobs: read a file, apply stages, write a file; where stages meet the store."""
