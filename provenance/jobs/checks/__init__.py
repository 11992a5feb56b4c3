"""A finished run held against itself and its archives."""
