"""Tells the user from the programs of a run: who may approve, answer, attest, waive and execute."""
