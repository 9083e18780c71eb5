"""Snapshots of the work tree, and restoring files from them or from commits."""
