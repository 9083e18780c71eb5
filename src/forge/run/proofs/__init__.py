"""Proofs given outside a run: attestations, waivers, and the results of truths' commands."""
