"""Judgements: pure, running nothing; they return findings or verdicts."""
