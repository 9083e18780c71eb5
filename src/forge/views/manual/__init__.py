"""The pages that `forge help` shows."""
