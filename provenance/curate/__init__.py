"""Rules to a subset: the only stage that chooses, and it keeps the reason for every document left out."""

from provenance.curate.card import CardFigures, render_data_card
from provenance.curate.rules import CurateRules, LeftOut
from provenance.curate.selection import select_documents, weigh

__all__ = ["CardFigures", "CurateRules", "LeftOut", "render_data_card", "select_documents", "weigh"]
