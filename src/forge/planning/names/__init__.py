"""Which document a name means."""
