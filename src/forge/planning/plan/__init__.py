"""Plans: their steps, must-haves, scope and checks."""
