"""Samples of a crawl: strata, quotas, a seeded draw with known probabilities, and estimates with their variance.

Captures are drawn in strata, of no host more than a given number, from counts by host and stratum alone. Nothing here
knows a file. See docs/sampling.md.
"""
