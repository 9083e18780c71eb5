"""Text with positions: sources, YAML, tags, JSON lines, patterns, and byte-exact edits."""
