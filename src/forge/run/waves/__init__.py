"""Several plans, one after another."""
