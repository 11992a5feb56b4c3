"""Policies inside torch: a dataset and a sampler that resume exactly, and samples that carry their scores."""

from provenance.adapters.torch.dataset import ProvenanceDataset
from provenance.adapters.torch.map import ScoredMap
from provenance.adapters.torch.ranks import in_step
from provenance.adapters.torch.sampler import ProvenanceSampler

__all__ = ["ProvenanceDataset", "ProvenanceSampler", "ScoredMap", "in_step"]
