"""Read-only answers: what runs there are, where things stand, what is proven."""
