"""Provenance in other people's loops."""
