"""Creating, changing, moving and archiving documents: every write to what users keep by hand."""
