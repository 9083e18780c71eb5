"""Before the first plan: settings, a demonstration, a check of the setup; the log of commands."""
