"""One run, from its first action to its end."""
