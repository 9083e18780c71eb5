"""Text with positions: sources, YAML, tags, JSON lines, patterns, byte-exact edits and atomic
writes.
"""
