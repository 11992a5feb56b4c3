"""Pure text: words, normal form, segments, shingles. Used by all, knows nothing of documents or files."""
