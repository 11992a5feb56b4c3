"""The small models shipped with the package, each with its card."""

from provenance.models.registry import Model, find_model, load_models, models_digest

__all__ = ["Model", "find_model", "load_models", "models_digest"]
