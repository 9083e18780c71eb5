"""Rules about one document that is not a plan: settings, missions, items, proofs, reports, runs."""
