"""Key links: whether one file is connected to another."""
