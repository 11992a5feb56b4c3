"""What a record holds: its HTTP message, the body with its encodings undone, its digests."""
