"""The programs that a run starts: how they are watched, ended, and cleaned up behind."""
