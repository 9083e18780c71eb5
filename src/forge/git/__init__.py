"""Git: pygit2 reads objects and swaps refs, the git program does whatever touches an index, a work
tree, hooks or signing.
"""
