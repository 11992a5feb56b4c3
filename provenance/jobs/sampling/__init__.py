"""A sample of crawls, drawn from Common Crawl's columnar index, and its records fetched. See docs/sampling.md."""
