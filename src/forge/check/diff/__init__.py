"""Judgements about the diff of a step."""
