"""Must-haves: declared in a plan, judged on a tree, each with a verdict and its evidence.

`judge` is the door. `artifacts/` and `links/` judge files and connections, `truths` proofs;
`exports/` and `imports/` read source code by language, `code/` reads it as text and syntax trees.
"""
