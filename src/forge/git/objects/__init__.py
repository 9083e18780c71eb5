"""Objects: trees, commits and files as git stores them."""
