"""Copies among all shards of a corpus, with memory that does not grow with it.

spread     per shard       keys and signatures, laid in a scratch folder and cut by ranges of keys
shingle    per shard       shingles, where candidates are compared by them
link       per range       pairs of copies among the keys of one range
paragraph  per shard       paragraphs, where hosts are known
repeat     per range       those that many documents of a host have
join       once            pairs become clusters
describe   per portion     what is to be said of the members of some clusters
cluster    per shard       its clusters table
measure    once            how good the search was
"""
