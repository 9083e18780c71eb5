"""The runs as their timelines tell them."""
