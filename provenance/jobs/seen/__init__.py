"""The first-seen index on disk: what was captured when, across crawls.

manifest   what belongs to the index; replaced last
files      sorted Parquet files of texts and bands, cut by prefix
entries    first captures by number: place, time, sketch
runs       sorted rows on their way, in memory or laid aside
add        a run into the index
search     documents asked for, in bounded memory
"""
