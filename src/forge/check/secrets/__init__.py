"""Secrets: which files hold them by name, which text shows them, and text without them."""
