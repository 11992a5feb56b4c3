"""Versions of pages in several languages among all shards of a corpus, with memory that does not grow with it.

scatter    per shard   what is known of its pages, laid in a scratch folder in order of sites
match      per range   the sets of versions on the sites of one range
parallel   per shard   its table `parallels`, row for row
"""
