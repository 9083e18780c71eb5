"""Whether plans are proven: verdicts on a tree, the proofs that they rest on, and what was
claimed.
"""
