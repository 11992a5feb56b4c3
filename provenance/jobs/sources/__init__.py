"""What the user named, as shards: places, lists of them, globs and folders, and which belong together."""
