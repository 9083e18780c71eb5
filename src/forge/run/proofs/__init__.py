"""Proofs outside of runs: commands run again, truths attested, must-haves waived."""
