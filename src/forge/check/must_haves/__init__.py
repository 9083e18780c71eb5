"""Must-haves: declared in a plan, decided on a tree, each with its evidence."""
