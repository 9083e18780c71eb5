"""Read-only judgements: they run nothing and return findings or verdicts."""
