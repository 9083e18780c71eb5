"""Documents made, changed, moved and put away: every effect on the documents that people keep."""
