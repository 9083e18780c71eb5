"""What each move does: one effect, recorded as events. `table` has all actions by verb."""
