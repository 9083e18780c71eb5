"""Items of the backlog."""
