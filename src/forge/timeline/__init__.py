"""The append-only record of a run: its events, the log that holds them, and the state that they
fold into.
"""
