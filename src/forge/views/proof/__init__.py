"""Proof of plans: verdicts on a tree, the proofs they need, and the audit of completed plans."""
