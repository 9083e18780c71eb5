"""Artifacts: files that a plan promises, and the conditions on their content."""
