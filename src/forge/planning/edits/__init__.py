"""New documents and changes to existing ones."""
