"""Working inside processes that others start: forked ones, and workers beside many others."""
