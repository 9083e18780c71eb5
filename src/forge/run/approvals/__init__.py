"""What the user approved."""
