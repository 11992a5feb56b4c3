"""Wording: how it drifts (excess words), and prevalence from it alone (the word mixture)."""
