"""Copies among all shards of a corpus, with memory that does not grow with it.

spread     per shard       keys and signatures, laid in a scratch folder in an order that can be cut
link       per partition   pairs of copies among the keys of one range
cluster    once            the clusters table of every shard
"""
