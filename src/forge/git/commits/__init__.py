"""Commits that forge makes, and the branches that it moves."""
