"""Labelled texts to a folder of models that a Judge loads, whole or by parts."""
