"""What a diff may change."""
