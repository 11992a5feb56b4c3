"""Prevalence over crawls or months: all hosts, the same hosts, and texts seen first."""
