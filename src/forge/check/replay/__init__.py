"""Holds the record of a run against itself and against git: what was changed after the fact is
named at its event.
"""
