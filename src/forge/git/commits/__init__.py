"""Commits that forge makes, and the branches they move."""
