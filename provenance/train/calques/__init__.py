"""Lexicons of calques made from a bilingual dictionary: split compounds, gloss their parts, strike what is English."""
