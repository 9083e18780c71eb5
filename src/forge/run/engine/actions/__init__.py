"""What each move does: it performs one effect and records it. The executor calls them by the verb
of the move.
"""
