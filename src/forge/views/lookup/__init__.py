"""Documents found by id, by kind or by what they say."""
