"""The rules for documents.

A rule about one plan by itself belongs in `plan/`, a rule about one other document in
`documents/`, a rule that compares several documents in `between/`. `catalog` lists them all.
"""
