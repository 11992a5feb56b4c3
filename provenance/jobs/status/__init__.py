"""How a run stands, as its folder tells whoever asks: receipts, run.json and signs of life become a status."""
