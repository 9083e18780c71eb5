"""The documents under `.planning/`: plans, missions, settings, summaries and proofs."""
