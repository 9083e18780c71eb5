"""The index: git's own, a private one, and a plain one read without git."""
