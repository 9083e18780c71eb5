"""Everything before the first move of a run: what refuses it, what approves it, what it begins
with.
"""
