"""Shard jobs: read a file, apply stages, write a file; where stages meet the store."""

from provenance.jobs.corpus import Reporter, RunSummary, run_corpus
from provenance.jobs.settings import RunConfig, load_run_config
from provenance.jobs.verify import verify_run

__all__ = ["Reporter", "RunConfig", "RunSummary", "load_run_config", "run_corpus", "verify_run"]
