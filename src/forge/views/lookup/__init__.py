"""Finding documents by id, by kind and by their text."""
