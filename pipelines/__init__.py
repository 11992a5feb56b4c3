"""Recipes: options on top, steps below."""
