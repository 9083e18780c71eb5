"""Runners do the work of a step: `manual` hands it to the user, `command` runs a program."""
