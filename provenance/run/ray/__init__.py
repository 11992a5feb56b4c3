"""A crew of Ray's workers, on one machine or many; Ray is imported in this room only, and when a crew is opened."""

from provenance.run.ray.cluster import check_ray
from provenance.run.ray.crew import RayCrew

__all__ = ["RayCrew", "check_ray"]
