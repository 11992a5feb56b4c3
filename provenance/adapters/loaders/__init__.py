"""Policies for training data loaders: what they share, whatever the loader."""
