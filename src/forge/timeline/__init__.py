"""Append-only logs: events, the file that holds them, and its lock. Nothing here knows of runs.

Each kind of log has its own family of events and its own state: those of runs are in `run/`.
"""
