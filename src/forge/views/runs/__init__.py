"""Read-only views of runs: story, diffs, replay, next commands, and events as they come."""
