"""Validation: each document is read once and checked alone, then against the other documents."""
