"""Controls, sensitivity, the detector's own errors, and the shift made by curation: what a figure has to stand."""
