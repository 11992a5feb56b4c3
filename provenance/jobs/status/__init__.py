"""How a run stands: what it tells while it works, and what its folder tells to whoever asks."""
