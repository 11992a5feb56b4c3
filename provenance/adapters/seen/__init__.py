"""What a training loop has really seen, counted by origin."""

from provenance.adapters.seen.seen import Seen

__all__ = ["Seen"]
