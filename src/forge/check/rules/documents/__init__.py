"""Rules about one document that is not a plan: missions, items, proofs, reports, runs."""
