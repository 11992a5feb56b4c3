"""Single records: fetched by the rows of an index, and those of the documents kept written as WARC."""
