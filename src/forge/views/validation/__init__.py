"""What is wrong with the documents: each is read once, held against the rules, and against the
others.
"""
