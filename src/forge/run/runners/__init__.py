"""Runners do the work of a step. `manual` hands it to the person, `command` runs any argument
vector.
"""
