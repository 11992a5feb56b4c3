"""Fitting language models, classifiers and calibrations, and measuring how good they are."""
