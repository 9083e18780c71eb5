"""What each verb does, one module per verb, for every front: typed arguments in, a `Reply` out."""
