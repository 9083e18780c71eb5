"""What a run is on disk: its card, its folders, its record, and which run a name means."""
