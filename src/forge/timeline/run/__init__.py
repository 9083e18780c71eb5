"""A run's events, its state, and the fold that turns the ones into the other."""
