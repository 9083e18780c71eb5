"""The fronts of forge: each declares the verbs in its own way and prints their replies."""
