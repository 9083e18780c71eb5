"""Git: pygit2 reads objects and swaps refs; the git program does everything that involves filters,
hooks, signing or the network.
"""
