"""How the tasks of a search through all shards leave pieces for each other, in a folder that all of them can reach."""
