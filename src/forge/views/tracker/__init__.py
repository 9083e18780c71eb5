"""Where things stand: missions, phases, plans and items, and what can start."""
