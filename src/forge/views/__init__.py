"""Read-only answers: the runs, the state of the work, and what is proven."""
