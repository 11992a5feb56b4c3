"""provenance: where the text of a training corpus came from."""

__version__ = "0.1.0"
