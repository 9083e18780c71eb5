"""A short entry for every document and run, cached, and read again only if its file changed."""
