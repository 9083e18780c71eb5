"""Checks the record of a run against itself and against git, event by event."""
