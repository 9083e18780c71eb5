"""Key links: whether the file that `from` names is connected to what `to` names."""
