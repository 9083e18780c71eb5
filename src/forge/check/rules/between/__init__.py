"""Rules between the documents of a project."""
