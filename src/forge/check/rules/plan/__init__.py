"""Rules about one plan by itself."""
