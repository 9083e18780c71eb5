"""Documents of the GSD workflow."""
