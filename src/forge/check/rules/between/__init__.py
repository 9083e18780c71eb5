"""Rules that compare several documents of a project."""
