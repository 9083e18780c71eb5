"""The manual: the pages that `forge help` shows."""
